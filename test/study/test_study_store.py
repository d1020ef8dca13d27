# Copyright 2026 The fer_ros authors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Recordings in an object store: a real server that speaks S3, started by the test."""

from contextlib import contextmanager
import subprocess
import sys
import urllib.request

import pytest
from study_support import (
    all_tables, dask_processes, fer_study, free_port, LONG, sample_bag, sample_pictures, table,
    until, write_video)

s3fs = pytest.importorskip('s3fs', reason='s3:// needs s3fs')
pytest.importorskip('moto', reason='the object store of the test is that of moto')
pytest.importorskip('flask', reason='the server of moto needs it')


@contextmanager
def object_store():
    """Yield the environment in which s3:// means an object store of this machine."""
    address = f'http://127.0.0.1:{free_port()}'
    quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
    process = subprocess.Popen(
        [sys.executable, '-m', 'moto.server', '-H', '127.0.0.1', '-p',
         address.rpartition(':')[2]], **quiet)

    def answers():
        assert process.poll() is None
        try:
            return urllib.request.urlopen(f'{address}/moto-api/', timeout=5).status == 200
        except OSError:
            return False

    try:
        until(answers, 'the object store')
        yield {'AWS_ENDPOINT_URL': address, 'AWS_ACCESS_KEY_ID': 'key',
               'AWS_SECRET_ACCESS_KEY': 'secret', 'AWS_DEFAULT_REGION': 'eu-west-1'}
    finally:
        process.kill()
        process.wait(LONG)


@pytest.fixture(scope='module')
def store(tmp_path_factory):
    """Yield a scheduler whose worker has recordings at s3://lab, and a folder with the same."""
    folder = tmp_path_factory.mktemp('local')
    sample_bag(folder / 'day1' / 'walk', every=10)
    write_video(folder / 'day1' / 'talk.mp4', sample_pictures(every=10))
    (folder / 'day1' / 'broken.mp4').write_bytes(b'no video')
    (folder / 'day1' / 'walk.mcap').write_bytes(
        (folder / 'day1' / 'walk' / 'walk.mcap').read_bytes())
    with object_store() as environment:
        system = s3fs.S3FileSystem(
            endpoint_url=environment['AWS_ENDPOINT_URL'], key='key', secret='secret',
            client_kwargs={'region_name': 'eu-west-1'}, skip_instance_cache=True)
        system.mkdir('lab')
        system.put(str(folder / 'day1'), 'lab/day1', recursive=True)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            with dask_processes(workers=1) as address:
                yield address, folder


def plain(folder):
    """Return the tables of a study without what says where the recordings were."""
    tables = all_tables(folder)
    for rows in tables.values():
        for row in rows:
            row.pop('path', None)
    return tables


def test_recordings_of_an_object_store_have_the_same_rows(store, tmp_path, capsys):
    address, folder = store
    here, there = tmp_path / 'here', tmp_path / 'there'
    assert fer_study(['s3://lab/day1', '--output', str(there), '--scheduler', address]) == 3
    line, = (line for line in capsys.readouterr().err.splitlines() if ' failed: ' in line)
    assert line.startswith('fer_study: s3://lab/day1/broken.mp4 failed: ')
    assert fer_study([str(folder / 'day1'), '--output', str(here), '--scheduler', address]) == 3
    local, remote = plain(here), plain(there)
    assert [row['recording'] for row in remote['recordings']] == [
        row['recording'] for row in local['recordings']]
    assert {**remote, 'recordings': 0} == {**local, 'recordings': 0}
    assert {row['path'] for row in table(there, 'recordings')} == {
        f's3://lab/day1/{name}' for name in ('broken.mp4', 'talk.mp4', 'walk', 'walk.mcap')}
    capsys.readouterr()
    fer_study(['s3://lab/day1/walk', 's3://lab/day1/*.mp4', '--output', str(there), '--scheduler',
               address])
    assert '2 recordings done already' in capsys.readouterr().err


@pytest.mark.parametrize('url, told', [
    ('s3://nowhere/day1', 'is not there'), ('s3://lab/day2/*.mp4', 'holds no recording'),
    ('toy://lab/day1', 'toy://lab/day1')])
def test_a_url_without_a_recording_is_named(url, told, store, tmp_path, capsys):
    assert fer_study([url, '--output', str(tmp_path / 'study')]) == 3
    line = capsys.readouterr().err.splitlines()[0]
    assert url in line and told in line
