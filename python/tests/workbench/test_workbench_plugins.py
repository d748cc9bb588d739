"""Bundles that come and go while the workbench runs."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

import llmsys

SOURCE = """
package org.example.second;

import java.util.function.DoubleSupplier;
import org.llmsys.sampling.Sampler;

/** The second likeliest token. */
public final class SecondSampler implements Sampler {

    @Override
    public int pick(float[] logits, DoubleSupplier draws) {
        int first = 0;
        for (int id = 1; id < logits.length; id++) {
            first = logits[id] > logits[first] ? id : first;
        }
        int second = first == 0 ? 1 : 0;
        for (int id = 0; id < logits.length; id++) {
            second = id != first && logits[id] > logits[second] ? id : second;
        }
        return logits[second] == Float.NEGATIVE_INFINITY ? first : second;
    }
}
"""
COMPONENT = """<?xml version="1.0" encoding="UTF-8"?>
<scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="org.example.second.SecondSampler">
  <property name="llmsys.slot" value="sampler"/>
  <property name="llmsys.algorithm" value="second"/>
  <property name="llmsys.name" value="second"/>
  <service><provide interface="org.llmsys.sampling.Sampler"/></service>
  <implementation class="org.example.second.SecondSampler"/>
</scr:component>
"""


def jar(path: Path, manifest: str, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n" + manifest + "\n")
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.fixture(scope="module")
def plugin(workbench, tmp_path_factory) -> Path:
    """A bundle with one sampler, compiled here."""
    folder = tmp_path_factory.mktemp("a plug-in")
    source = folder / "SecondSampler.java"
    source.write_text(SOURCE)
    bundles = Path(workbench.root) / "launcher" / "target" / "runtime"
    sampling = next(bundles.glob("org.llmsys.sampling-*.jar"))
    subprocess.run([f"{workbench.java_home}/bin/javac", "-d", str(folder), "-cp", str(sampling), str(source)], check=True)
    return jar(folder / "second one.jar", "Bundle-ManifestVersion: 2\nBundle-SymbolicName: org.example.second\nBundle-Version: 1.2.3\n"
               "Service-Component: OSGI-INF/second.xml\nImport-Package: org.llmsys.sampling\n",
               {"org/example/second/SecondSampler.class": (folder / "org/example/second/SecondSampler.class").read_bytes(),
                "OSGI-INF/second.xml": COMPONENT.encode()})


def test_a_plug_in_comes_and_goes(wb, plugin):
    """It serves at once, also a text that is being written; it is gone at once too."""
    there = wb.install(plugin)
    assert (there.name, there.version, there.providers) == ("org.example.second", "1.2.3", (("sampler", "second"),))
    greedy = wb.generate("The old clock", max_tokens=10, temperature=0)
    second = wb.generate("The old clock", max_tokens=10, sampler="second", temperature=1)
    assert second[0] != greedy[0]
    with pytest.raises(llmsys.Error, match="there already"):
        wb.install(plugin)
    wb.uninstall(there)
    assert "second" not in [row["name"] for row in wb.services("sampler")]
    with pytest.raises(llmsys.Error, match="there is no sampler second"):
        wb.generate("The old clock", sampler="second")
    wb.uninstall(wb.install(str(plugin)).name)


def test_what_is_no_plug_in_is_refused(wb, tmp_path):
    head = "Bundle-ManifestVersion: 2\nBundle-SymbolicName: "
    (tmp_path / "text.jar").write_text("no jar")
    for path, says in [
        (tmp_path / "nowhere.jar", "no such file"),
        (tmp_path, "no file"),
        (tmp_path / "text.jar", "cannot be read"),
        (jar(tmp_path / "plain.jar", "", {}), "Bundle-SymbolicName"),
        (jar(tmp_path / "lacking.jar", head + "org.example.lacking\nImport-Package: org.example.missing\n", {}), "org.example.missing"),
        (jar(tmp_path / "house.jar", head + "org.llmsys.matmul\n", {}), "belongs to the house"),
    ]:
        with pytest.raises(llmsys.Error) as raised:
            wb.install(path)
        assert says in str(raised.value), raised.value
    with pytest.raises(llmsys.Error, match="nothing of this name"):
        wb.uninstall("org.llmsys.matmul")
    assert wb.generate("The old clock", max_tokens=3)
