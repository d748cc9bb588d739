//! lls_server_*.
//!
//! # Safety
//! Of all functions: pointers are null or what llmsys.h asks for, and live during the call.

use std::sync::Arc;
use std::time::Duration;

use super::engine::Engine;
use super::options::{Plan, ServerOptions};
use super::run::Server;
use crate::fault::{Fault, INVALID, Place, Status, guarded};
use crate::handles::Handles;

static SERVERS: Handles<Server> = Handles::new("server");

#[cfg(not(test))]
fn engine(model: u64, tokenizer: u64) -> Result<Arc<dyn Engine>, Fault> {
    Ok(Arc::new(super::engine::NativeEngine::new(model, tokenizer)?))
}

#[cfg(test)]
fn engine(model: u64, tokenizer: u64) -> Result<Arc<dyn Engine>, Fault> {
    let what = format!("there is no model {model} and tokenizer {tokenizer}");
    Err(Fault::new(crate::fault::NOT_FOUND, what, "tests of the crate run without the engine", "none"))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_server_defaults(options: *mut ServerOptions) {
    if !options.is_null() {
        unsafe { options.write(ServerOptions::defaults()) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_server_start(options: *const ServerOptions, server: *mut u64) -> Status {
    guarded(|| unsafe {
        let place = Place::of(server, "lls_server_start", "server")?;
        let (plan, model, tokenizer) = Plan::of(options)?;
        place.set(SERVERS.add(Arc::new(Server::start(plan, engine(model, tokenizer)?)?)));
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_server_port(server: u64, port: *mut i32) -> Status {
    guarded(|| unsafe {
        let place = Place::of(port, "lls_server_port", "port")?;
        place.set(SERVERS.get(server)?.port().into());
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn lls_server_stop(server: u64, milliseconds: i64) -> Status {
    guarded(|| {
        let patience = u64::try_from(milliseconds).map_err(|_| {
            Fault::new(
                INVALID,
                format!("lls_server_stop got {milliseconds} milliseconds"),
                "a time is no less than 0",
                "pass 0 to cancel what runs at once",
            )
        })?;
        match SERVERS.take(server)? {
            Some(server) => server.stop(Duration::from_millis(patience.min(86_400_000))),
            None => Ok(()),
        }
    })
}
