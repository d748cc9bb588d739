"""How a workbench is found, opened and closed."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

import llmsys
from llmsys.workbench.house import describe, find_house, is_house
from llmsys.workbench.unpacked import unpack


def test_one_at_a_time_and_another_after_it(script):
    """A second one is refused while the first is open; after close() it opens in the same JVM, with a fresh framework."""
    out = script("""
        wb = llmsys.Workbench(HOUSE)
        try:
            llmsys.Workbench(HOUSE)
        except llmsys.Error as error:
            print(error.error)
        sampler = wb.register_sampler("mine", np.argmax)
        text = wb.generate("The old clock", max_tokens=5, sampler="mine")
        wb.close()
        wb.close()
        for call in (wb.services, lambda: wb.matmul(np.eye(2, dtype="f"), np.eye(2, dtype="f")), lambda: wb.register_sampler("x", np.argmax)):
            try:
                call()
            except llmsys.Error as error:
                print(error.error)
        for _ in range(3):
            with llmsys.Workbench(HOUSE) as wb:
                assert "mine" not in [row["name"] for row in wb.services("sampler")]
                with wb.register_sampler("mine", np.argmax):
                    assert wb.generate("The old clock", max_tokens=5, sampler="mine") == text
        print("reopened")
        try:
            llmsys.Workbench(HOUSE, memory="1g")
        except llmsys.Error as error:
            print(error.error)
    """)
    assert out.splitlines() == ["a workbench is open in this process", *["the workbench is closed"] * 3, "reopened",
                                "memory and java_options come too late"]


def test_a_process_ends_as_it_should(script):
    """Open at the end, a text being written, a thread waiting in Java: the status is Python's own."""
    process = script.start("""
        wb = llmsys.Workbench(HOUSE)
        stream = wb.stream("The old clock", max_tokens=1_000_000)
        next(stream)
        threading.Thread(target=lambda: wb.generate("A", max_tokens=1_000_000), daemon=True).start()
        time.sleep(0.3)
        sys.exit(7)
    """)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 7, err
    assert "hs_err" not in err and "SIGSEGV" not in out + err


def test_a_forked_child_is_told(script):
    out = script("""
        with llmsys.Workbench(HOUSE) as wb:
            child = os.fork()
            if child == 0:
                try:
                    wb.services()
                except llmsys.Error as error:
                    print(error.error, flush=True)
                    os._exit(3)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), len(wb.services()) > 10)
    """)
    assert out.splitlines() == ["Java cannot be called in a forked child", "3 True"]


def test_java_survives_its_own_signals(script):
    """A StackOverflowError is a signal in the machine; Python's faulthandler, on before Java, is not in the way."""
    out = script("""
        import faulthandler
        faulthandler.enable()
        with llmsys.Workbench(HOUSE) as wb:
            try:
                wb.run("exec", "(" * 100_000)
            except llmsys.Error as error:
                print(error.java_class)
            print(len(wb.services()) > 10)
    """)
    assert out.splitlines() == ["java.lang.StackOverflowError", "True"]


def test_no_bundles(tmp_path, monkeypatch):
    with pytest.raises(llmsys.Error, match="no launcher"):
        find_house(tmp_path)
    with pytest.raises(llmsys.Error, match="no such folder or zip"):
        find_house(tmp_path / "nowhere")
    monkeypatch.setattr("llmsys.workbench.house._origins", lambda: [tmp_path])
    monkeypatch.delenv("LLMSYS_HOME", raising=False)
    with pytest.raises(llmsys.Error, match="./llmsys dist"):
        find_house(None)


def fake_house(folder: Path, launcher: str) -> Path:
    (folder / "lib").mkdir(parents=True)
    (folder / "llmsys").write_text("#!/bin/bash\n" + launcher)
    return folder


def test_llmsys_home_names_a_house_or_a_state_folder(tmp_path, monkeypatch):
    house = fake_house(tmp_path / "a house", "true")
    assert is_house(house)
    monkeypatch.setenv("LLMSYS_HOME", str(house))
    assert find_house(None).root == house and find_house(None).state is None
    other = fake_house(tmp_path / "other", "true")
    monkeypatch.setenv("LLMSYS_HOME", str(tmp_path / "state"))
    assert find_house(other).root == other and find_house(other).state == tmp_path / "state"


def test_what_the_launcher_complains_of_is_the_error(tmp_path):
    """No JDK, for example: its three lines come out as they are."""
    lines = "error: no JDK 25 or newer was found\\nwhy: looked everywhere\\nfix: install one\\n"
    house = fake_house(tmp_path / "house", f"echo 'llmsys: building' >&2; printf '{lines}' >&2; exit 1")
    with pytest.raises(llmsys.Error) as raised:
        describe(find_house(house), None)
    assert (raised.value.error, raised.value.why, raised.value.fix) == ("no JDK 25 or newer was found", "looked everywhere", "install one")
    silent = fake_house(tmp_path / "silent", "exit 9")
    with pytest.raises(llmsys.Error, match="status 9"):
        describe(find_house(silent), None)
    other = fake_house(tmp_path / "other", "echo jdk=/x")
    with pytest.raises(llmsys.Error, match="run"):
        describe(find_house(other), None)


def test_a_jdk_that_is_too_old_or_none_is_said(house, environment, tmp_path, monkeypatch):
    """The real launcher, where the only JDK in JAVA_HOME is one of 17: it goes on to look elsewhere, and says where."""
    old = tmp_path / "jdk-17"
    (old / "bin").mkdir(parents=True)
    for name in ("java", "javac"):
        (old / "bin" / name).write_text("#!/bin/sh\n")
        (old / "bin" / name).chmod(0o755)
    (old / "release").write_text('JAVA_VERSION="17.0.2"\nMODULES="java.base"\n')
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert describe(find_house(house), old).jdk != old


# ---- a distribution in a zip -----------------------------------------------------------------------------------------------------


def zipped(path: Path, entries: dict[str, bytes], modes: dict[str, int] | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (modes or {}).get(name, 0o100644) << 16
            archive.writestr(entry, data)
    return path


def test_a_zip_is_unpacked_once(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = zipped(tmp_path / "d.zip", {"d/llmsys": b"#!/bin/bash\n", "d/lib/a.jar": b"a", "d/empty": b""}, {"d/llmsys": 0o100755})
    folder = unpack(path)
    assert is_house(folder) and folder.name == "d"
    assert folder.joinpath("llmsys").stat().st_mode & stat.S_IXUSR and not folder.joinpath("lib/a.jar").stat().st_mode & stat.S_IXUSR
    folder.joinpath("mark").touch()
    assert unpack(path) == folder and folder.joinpath("mark").exists()
    assert [entry.name for entry in folder.parent.parent.iterdir()] == [folder.parent.name]
    assert find_house(path).root == folder


@pytest.mark.parametrize("name, mode", [("../out", 0o100644), ("/etc/out", 0o100644), ("d/../../out", 0o100644), ("d\\..\\out", 0o100644),
                                        ("d/link", 0o120777)])
def test_a_zip_stays_in_its_folder(tmp_path, monkeypatch, name, mode):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = zipped(tmp_path / "d.zip", {"d/llmsys": b"", name: b"x"}, {name: mode})
    with pytest.raises(llmsys.Error, match="leads out"):
        unpack(path)
    assert not list((tmp_path / "cache" / "llmsys").iterdir())
    assert not (tmp_path / "out").exists()


def test_a_zip_that_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "d.zip").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(llmsys.Error, match="no zip"):
        unpack(tmp_path / "d.zip")
    with pytest.raises(llmsys.Error, match="2 folders"):
        unpack(zipped(tmp_path / "two.zip", {"a/x": b"", "b/x": b""}))
    monkeypatch.setattr("llmsys.workbench.unpacked.MOST_BYTES", 10)
    with pytest.raises(llmsys.Error, match="more than"):
        unpack(zipped(tmp_path / "big.zip", {"a/x": b"x" * 11}))
