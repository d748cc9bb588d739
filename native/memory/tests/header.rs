//! The committed header is what cbindgen writes. Looked at where cbindgen is present, in the version that wrote it: it takes minutes to install, so
//! no build asks for it.

use std::process::Command;

const WRITTEN_BY: &str = "cbindgen 0.29.";

#[test]
fn the_committed_header_is_what_cbindgen_writes() {
    let version = Command::new("cbindgen").arg("--version").output().map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    if !version.starts_with(WRITTEN_BY) {
        println!("not checked: there is no {WRITTEN_BY}x here, but \"{}\"", version.trim());
        return;
    }
    let out = Command::new("cbindgen")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--quiet", "--verify", "--config", "cbindgen.toml", "--crate", "llmsys_memory", "--output", "include/llmsys_memory.h"])
        .output()
        .expect("cbindgen was there a moment ago");
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "include/llmsys_memory.h is not up to date; the first line of cbindgen.toml has the command\n{said}");
}
