//! A plug-in in Rust: the activation softsign, `y = x / (1 + |x|)` (Turian, Bergstra, Bengio 2009).
//!
//! `RUSTFLAGS="-L native=<folder of libllmsys>" cargo build --release`, then `lls_load_plugin("libexample_plugin_rust.so")` and
//! `lls_activation("softsign", null, ...)`.

mod abi;
mod softsign;

/// What lls_load_plugin calls.
#[no_mangle]
pub extern "C" fn lls_plugin_register(version: u32) -> abi::Status {
    abi::registered(version, softsign::register)
}
