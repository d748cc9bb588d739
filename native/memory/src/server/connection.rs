//! Connections: how many, how long they may take for a header, and how long they may refuse to read.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep, sleep};

use super::http::answer;
use super::run::State;

/// Requests' headers, and what hyper gathers of a response before it writes.
const BUFFER: usize = 16 << 10;
const MOST_HEADERS: usize = 64;

pub async fn accept(listener: TcpListener, state: Arc<State>) {
    let places = Arc::new(Semaphore::new(state.plan.bounds.connections));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let state = state.clone();
                tokio::spawn(async move {
                    serve(stream, state).await;
                    drop(place);
                });
            }
            // Too many open files, or the client was gone already: the next may work.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    let _ = stream.set_nodelay(true);
    let Ok(local) = stream.local_addr() else { return };
    let bounds = &state.plan.bounds;
    let io = TokioIo::new(Patient { stream, time: bounds.write_time, deadline: None });
    let service = service_fn(|request| {
        let state = state.clone();
        async move { Ok::<_, Infallible>(answer(request, state, local.ip()).await) }
    });
    // An error here is the client's: it left, was too slow, or spoke something else. There is nobody to tell.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header_time)
        .max_headers(MOST_HEADERS)
        .max_buf_size(BUFFER)
        .writev(false)
        .serve_connection(io, service)
        .await;
}

/// A stream whose writes fail when the other side takes nothing for too long.
///
/// It has no vectored write: writev raises SIGPIPE when the client has left, which ends a process that does not ignore it, and a library must not
/// count on that. A plain write goes out as send with MSG_NOSIGNAL.
struct Patient<S> {
    stream: S,
    time: Duration,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    fn bounded<T>(&mut self, outcome: Poll<io::Result<T>>, context: &mut Context) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.deadline = None;
            return outcome;
        }
        let time = self.time;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + time)));
        deadline.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.bounded(outcome, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    fn patient<S>(stream: S) -> Patient<S> {
        Patient { stream, time: Duration::from_millis(300), deadline: None }
    }

    fn run<T>(body: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(body)
    }

    #[test]
    fn a_write_that_nobody_takes_fails() {
        let outcome = run(async {
            let (here, _there) = duplex(64);
            patient(here).write_all(&[7; 1000]).await
        });
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_slow_reader_that_reads_is_waited_for() {
        run(async {
            let (here, mut there) = duplex(64);
            let writing = tokio::spawn(async move { patient(here).write_all(&[7; 1000]).await });
            let mut all = Vec::new();
            while all.len() < 1000 {
                sleep(Duration::from_millis(30)).await;
                let mut some = [0; 50];
                let n = there.read(&mut some).await.unwrap();
                all.extend_from_slice(&some[..n]);
            }
            writing.await.unwrap().unwrap();
            assert_eq!(all, [7; 1000]);
        });
    }
}
