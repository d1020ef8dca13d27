# fer_ros on ROS 2, as docs/install.md installs it:
#
#   docker build --build-arg ROS_DISTRO=jazzy --tag fer_ros .
#   docker run --rm --network host --ipc host fer_ros \
#     ros2 launch fer_ros fer.launch.py image:=/camera/image_raw
#
# humble, jazzy, kilted, lyrical or rolling.

ARG ROS_DISTRO=jazzy

# What the package needs, without its code: also the dev container.
FROM ros:${ROS_DISTRO}-ros-base AS dependencies
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /ros2_ws
# First what changes seldom, so that a change of the code installs nothing anew.
COPY package.xml src/fer_ros/package.xml
COPY requirements/robot.txt src/fer_ros/requirements/robot.txt
RUN apt-get update \
    && rosdep update --rosdistro "$ROS_DISTRO" \
    && rosdep install --from-paths src --ignore-src -y \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv --system-site-packages fer_venv && touch fer_venv/COLCON_IGNORE
RUN fer_venv/bin/python -m pip install --no-cache-dir --no-deps -r src/fer_ros/requirements/robot.txt

FROM dependencies AS build
COPY . src/fer_ros
RUN source "/opt/ros/$ROS_DISTRO/setup.bash" \
    && fer_venv/bin/python -m colcon build --packages-select fer_ros

# docker build --target test .
FROM build AS test
RUN source install/setup.bash \
    && fer_venv/bin/python -m colcon test --packages-select fer_ros --return-code-on-test-failure \
        --event-handlers console_direct+ --pytest-args test/core test/stream test/test_package.py

FROM build AS robot
ENTRYPOINT ["/bin/bash", "-c", "source /ros2_ws/install/setup.bash && exec \"$@\"", "fer_ros"]
CMD ["ros2", "launch", "fer_ros", "fer.launch.py"]
