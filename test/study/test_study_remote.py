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

"""Recordings by URL: of the web, within archives, of this machine; what no URL gives away."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
import os
import socket
import threading
import zipfile

import pytest
from study_support import fer_study, sample_bag, sample_pictures, table, write_video
from fer_ros.boundary import InputError  # noqa: I100
from fer_ros.study import remote
from fer_ros.study.inputs import find, public, Source

pytest.importorskip('aiohttp', reason='http:// needs aiohttp')


class Quiet(SimpleHTTPRequestHandler):
    """Serve files and tell nobody."""

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    """Do not mind who leaves before a file ends: the one who asks for its size."""

    def handle_error(self, *_):
        pass


@pytest.fixture(scope='module')
def web(tmp_path_factory):
    """Yield a folder with recordings and the URL at which it is served."""
    folder = tmp_path_factory.mktemp('web')
    sample_bag(folder / 'walk', every=20)
    write_video(folder / 'talk.mp4', sample_pictures(every=20))
    with zipfile.ZipFile(folder / 'all.zip', 'w') as archive:
        for file in ('talk.mp4', 'walk/walk.mcap', 'walk/metadata.yaml'):
            archive.write(folder / file, f'day1/{file}')
    server = Server(('127.0.0.1', 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f'http://127.0.0.1:{server.server_port}'
    server.shutdown()
    server.server_close()


def found(url):
    """Return the recordings of a URL: path to kind and bytes."""
    return {source.path: (source.kind, source.size) for source in find(url, '')}


def test_pages_and_archives_are_searched(web):
    folder, url = web
    talk = 'video', (folder / 'talk.mp4').stat().st_size
    walk = 'bag', sum(file.stat().st_size for file in (folder / 'walk').iterdir())
    assert found(url) == found(f'{url}/') == {f'{url}/talk.mp4': talk, f'{url}/walk': walk}
    assert found(f'{url}/walk/') == {f'{url}/walk': walk}
    assert found(f'{url}/*.mp4') == {f'{url}/talk.mp4': talk}
    signed = f'{url}/talk.mp4?X-Amz-Credential=me/2026/eu&X-Amz-Signature=0123'
    assert found(signed) == {signed: talk}
    cached = f'simplecache::{url}/talk.mp4'
    assert found(cached) == {cached: talk}
    archive = f'{folder}/all.zip'
    for asked in ('zip://', 'zip://day1', 'zip://day1/'):
        assert found(f'{asked}::{archive}') == {
            f'zip://day1/talk.mp4::{archive}': talk, f'zip://day1/walk::{archive}': walk}
    assert found(f'zip://*/*.mp4::{archive}') == {f'zip://day1/talk.mp4::{archive}': talk}


def test_a_file_of_the_web_that_has_changed_is_another_one(web):
    folder, url = web
    before, = find(f'{url}/talk.mp4', '')
    os.utime(folder / 'talk.mp4', (1.7e9, 1.7e9))
    assert next(find(f'{url}/talk.mp4', '')).files != before.files


def test_recordings_by_url_have_the_rows_of_the_files(web, scheduler, tmp_path, capsys):
    folder, url = web
    signed = f'{url}/talk.mp4?X-Amz-Signature=0123&id=7'
    arguments = [signed, f'zip://::{folder}/all.zip', str(folder / 'walk'), '--output',
                 str(tmp_path / 'study'), '--scheduler', scheduler]
    assert fer_study(arguments) == 0
    rows = {row['recording']: row for row in table(tmp_path / 'study', 'recordings')}
    assert {name: row['path'] for name, row in rows.items()} == {
        f'127.0.0.1_{url.rpartition(":")[2]}-talk': f'{url}/talk.mp4?id=7',
        'day1-talk': f'zip://day1/talk.mp4::{folder}/all.zip',
        'day1-walk': f'zip://day1/walk::{folder}/all.zip',
        f'{folder.name}-walk': str(folder / 'walk')}
    counts = [row['frames'] for _, row in sorted(rows.items())]
    assert counts[0] == counts[1] and counts[2] == counts[3] and all(counts)
    capsys.readouterr()
    # With another signature it is the same.
    assert fer_study([signed.replace('0123', '4567'), *arguments[1:]]) == 0
    output = capsys.readouterr()
    assert '4 recordings done already' in output.err
    assert '0123' not in ''.join(
        file.read_bytes().decode('latin-1') for file in (tmp_path / 'study').rglob('*')
        if file.is_file())


def silent():
    """Return a socket that takes connections and never answers."""
    opened = socket.socket()
    opened.bind(('127.0.0.1', 0))
    opened.listen()
    return opened


@pytest.mark.parametrize('text, told', [
    ('{web}/none.mp4', 'none.mp4 is not there (404, '),
    ('{web}/none/*.mp4', 'holds no recording'),
    ('http://127.0.0.1:1/a.mp4', 'is not there (Connect call failed'),
    ('http://me:hush@127.0.0.1:1/a.mp4', 'http://me@127.0.0.1:1/a.mp4 is not there'),
    ('http://[', 'http://[ cannot be'), ('memory://nothing/here', 'is not there'),
    ('toy://lab', 'toy://lab cannot be opened: Protocol not known: toy; see its address'),
    ('zip://a.mp4::/nowhere.zip', 'No such file'), ('zip://::{folder}/talk.mp4', 'not a zip'),
    ('file:///nowhere/a.mp4', '/nowhere/a.mp4 does not exist')])
def test_a_url_that_leads_nowhere_is_told(web, text, told):
    with pytest.raises(InputError) as caught:
        list(find(text.format(web=web[1], folder=web[0]), ''))
    assert told in str(caught.value) and 'hush' not in str(caught.value)
    assert str(caught.value).isprintable() and len(str(caught.value)) < 700


def test_a_server_that_never_answers_is_told(monkeypatch):
    monkeypatch.setattr(remote, 'READ_SECONDS', 0.2)
    with silent() as opened:
        url = f'http://127.0.0.1:{opened.getsockname()[1]}/a.mp4'
        with pytest.raises(InputError, match='a.mp4 is not there .*Timeout'):
            list(find(url, ''))


def test_an_object_store_that_never_answers_is_told(monkeypatch):
    s3fs = pytest.importorskip('s3fs', reason='s3:// needs s3fs')
    monkeypatch.setattr(s3fs.S3FileSystem, 'read_timeout', 0.2)
    for name in ('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_DEFAULT_REGION'):
        monkeypatch.setenv(name, 'silent')
    with silent() as opened:
        monkeypatch.setenv('AWS_ENDPOINT_URL', f'http://127.0.0.1:{opened.getsockname()[1]}')
        try:
            with pytest.raises(InputError, match='s3://lab/day1 cannot be read: .*timeout'):
                list(find('s3://lab/day1', ''))
        finally:
            # It would be used again, whatever the environment says by then.
            s3fs.S3FileSystem.clear_instance_cache()


def test_a_file_system_whose_package_is_lacking_is_told():
    pytest.importorskip('fsspec')
    try:
        import gcsfs  # noqa: F401
    except ImportError:
        with pytest.raises(InputError, match='needs a package that is not installed: .*gcsfs'):
            list(find('gs://lab/day1', ''))


def test_a_url_of_this_machine_is_its_path(tmp_path):
    folder = tmp_path / 'a b'
    video = write_video(folder / '100%.mp4', sample_pictures(every=60))
    wanted = list(find(str(folder), ''))
    assert [source.path for source in wanted] == [str(video)]
    for url in (folder.as_uri(), f'file://{folder}', f'local://{folder}',
                f'file://localhost{folder}', video.as_uri(), f'file://{folder}/*.mp4'):
        assert list(find(url, '')) == wanted, url


def test_a_file_may_be_called_as_a_url_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    video = write_video(tmp_path / 'day::1.mp4', sample_pictures(every=60))
    source, = find('day::1.mp4', '')
    assert source.path == str(video) and source.stem == 'day::1'
    assert list(find('*::1.mp4', '')) == [source]


@pytest.mark.parametrize('url, shown, name', [
    ('s3://lab/day1/a.mp4', 's3://lab/day1/a.mp4', 'a'),
    ('ftp://me:hush@host:21/day1/a.avi', 'ftp://me@host:21/day1/a.avi', 'a'),
    ('https://lab.s3/a.mp4?X-Amz-Date=1&X-Amz-Signature=2', 'https://lab.s3/a.mp4', 'a'),
    ('https://lab/a.mp4?sv=1&sig=2&id=3', 'https://lab/a.mp4?sv=1&id=3', 'a'),
    ('https://lab/get?id=3&access_token=4', 'https://lab/get?id=3', 'get'),
    ('github://org:repo@main/a.mp4', 'github://org:repo@main/a.mp4', 'a'),
    ('s3://lab/a?.mp4', 's3://lab/a?.mp4', 'a?'),
    ('/home/me:x@y/a.mp4', '/home/me:x@y/a.mp4', 'a')])
def test_what_opens_a_url_is_not_shown(url, shown, name):
    source = Source(url, 'video')
    assert public(url) == source.label == shown and source.stem == name
