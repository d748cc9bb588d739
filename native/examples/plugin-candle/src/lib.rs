//! A plug-in in Rust: candle-core's matmul, so that the engine's own can be compared with it.
//!
//! `RUSTFLAGS="-L native=<folder of libllmsys>" cargo build --release --features candle`, then `lls_load_plugin("libexample_plugin_candle.so")` and
//! `lls_matmul("candle", ...)`.

#[path = "../../plugin-rust/src/abi.rs"]
mod abi;
#[cfg(feature = "candle")]
mod candle;

#[cfg(feature = "candle")]
use candle::register;

#[cfg(not(feature = "candle"))]
fn register() -> abi::Status {
    abi::fail(abi::LLS_UNSUPPORTED, c"candle's matmul is not in this plug-in", c"it was built without the feature candle", c"build it with --features candle")
}

/// What lls_load_plugin calls.
#[no_mangle]
pub extern "C" fn lls_plugin_register(version: u32) -> abi::Status {
    abi::registered(version, register)
}
