//! A running server: its threads, its state, its end.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};

use super::admission::{Admission, Jobs};
use super::connection::accept;
use super::engine::Engine;
use super::guard::Guard;
use super::metrics::Metrics;
use super::options::Plan;
use super::stream::Held;
use crate::fault::{Fault, INTERNAL, OUT_OF_MEMORY, STATE};

pub struct State {
    pub engine: Arc<dyn Engine>,
    pub plan: Plan,
    pub guard: Guard,
    pub admission: Admission,
    pub jobs: Arc<Jobs>,
    pub metrics: Metrics,
    pub stopping: AtomicBool,
    pub created: u64,
    responses: Arc<AtomicUsize>, // not yet written to their end
    numbers: AtomicU64,
    random: RandomState,
}

impl State {
    pub fn now(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
    }

    pub fn new_id(&self) -> String {
        format!("cmpl-{:016x}", self.new_seed())
    }

    pub fn new_seed(&self) -> u64 {
        self.random.hash_one(self.numbers.fetch_add(1, Ordering::Relaxed))
    }

    /// Counts as one until it is dropped.
    pub fn begin_response(&self) -> Held {
        struct Open(Arc<AtomicUsize>);
        impl Drop for Open {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        self.responses.fetch_add(1, Ordering::SeqCst);
        Box::new(Open(self.responses.clone()))
    }
}

pub struct Server {
    state: Arc<State>,
    runtime: Mutex<Option<Runtime>>,
    port: u16,
}

impl Server {
    pub fn start(plan: Plan, engine: Arc<dyn Engine>) -> Result<Server, Fault> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(2 * plan.max_sessions + 1) // those that run, and those that stand aside
            .thread_name("lls-server")
            .enable_all()
            .build()
            .map_err(|e| Fault::new(OUT_OF_MEMORY, "cannot start the server's threads", e.to_string(), "close what is not needed"))?;
        let address = SocketAddr::new(plan.host, plan.port);
        let listener = {
            let _inside = runtime.enter();
            listen(address)
        };
        let (listener, port) = listener
            .map_err(|e| Fault::new(STATE, format!("cannot listen at {address}"), e.to_string(), "choose another port, or 0 for a free one"))?;
        let state = Arc::new(State {
            engine,
            guard: Guard { host: plan.host, token: plan.token.clone() },
            admission: Admission::new(plan.max_sessions, plan.max_waiting),
            jobs: Arc::default(),
            metrics: Metrics::default(),
            stopping: AtomicBool::new(false),
            created: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()),
            responses: Arc::default(),
            numbers: AtomicU64::new(0),
            random: RandomState::new(),
            plan,
        });
        runtime.spawn(accept(listener, state.clone()));
        Ok(Server { state, runtime: Mutex::new(Some(runtime)), port })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    #[cfg(test)]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// New requests get 503 from now on; those that run may end, for so long; then they are cancelled. Nothing uses the engine when it returns.
    pub fn stop(&self, patience: Duration) -> Result<(), Fault> {
        let Some(runtime) = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(()) };
        let begun = Instant::now();
        self.state.stopping.store(true, Ordering::SeqCst);
        self.state.admission.close();
        self.state.jobs.wait(patience);
        self.state.jobs.cancel_all();
        // A step of a large model may take seconds; its memory must not go before it has ended.
        let idle = self.state.jobs.wait(Duration::from_secs(300));
        let flushed = Instant::now() + patience.saturating_sub(begun.elapsed()).max(Duration::from_millis(200));
        while self.state.responses.load(Ordering::SeqCst) > 0 && Instant::now() < flushed {
            std::thread::sleep(Duration::from_millis(2));
        }
        runtime.shutdown_timeout(Duration::from_secs(5));
        if idle {
            return Ok(());
        }
        Err(Fault::new(INTERNAL, "a session did not end", "its step ran on for five minutes after it was cancelled", "do not close its model"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop(Duration::ZERO);
    }
}

fn listen(address: SocketAddr) -> std::io::Result<(TcpListener, u16)> {
    let socket = if matches!(address.ip(), IpAddr::V4(_)) { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    // What the system holds of a response that nobody reads; accepted sockets have it too. Linux takes twice the number.
    let _ = socket.set_send_buffer_size(32 << 10);
    socket.bind(address)?;
    let listener = socket.listen(1024)?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}
