//! The way from a session's thread to the socket: a channel of at most 256 KiB, and bodies of responses.
//!
//! Who reads slower than the model writes holds its session up, which then shares no step, and stands aside, so that others run. How far a session
//! may run ahead of its reader depends on whether others wait for a place: steps for texts that nobody reads yet are taken from them. After two
//! seconds without any reading the client is cut.

use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc;

struct Level {
    unsent: usize,
    taken: u64, // events that the reader took: its progress
    gone: bool,
}

struct Shared {
    level: Mutex<Level>,
    room: Condvar,
    most: usize,
    patience: Duration, // with a reader who takes nothing
}

impl Shared {
    fn change(&self, body: impl FnOnce(&mut Level)) {
        body(&mut self.level.lock().unwrap_or_else(PoisonError::into_inner));
        self.room.notify_all();
    }
}

#[derive(Debug, PartialEq)]
pub enum Gone {
    Left,
    Slow,
}

pub struct Feed {
    events: mpsc::UnboundedSender<Result<Bytes, Cut>>,
    shared: Arc<Shared>,
}

/// The connection ends without the end of the body, so that the client sees that something is missing.
#[derive(Debug)]
pub struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("the response was cut")
    }
}

impl std::error::Error for Cut {}

impl Feed {
    /// Whether these bytes can be sent now and no more than `most` wait for the reader then; they can when the client has left, too.
    pub fn has_room(&self, bytes: usize, most: usize) -> bool {
        let level = self.shared.level.lock().unwrap_or_else(PoisonError::into_inner);
        level.gone || level.unsent == 0 || level.unsent + bytes <= most
    }

    pub fn send(&self, event: Bytes) -> Result<(), Gone> {
        self.send_within(event, self.shared.most, self.shared.patience)
    }

    /// For who holds others up.
    pub fn send_hastily(&self, event: Bytes) -> Result<(), Gone> {
        self.send_within(event, self.shared.most, self.shared.patience / 20)
    }

    /// For who stands aside: waits until the reader has come nearer than `most` bytes.
    pub fn send_aside(&self, event: Bytes, most: usize) -> Result<(), Gone> {
        self.send_within(event, most, self.shared.patience)
    }

    /// Where there is no room, blocks until half of it is free: not for each event anew. A reader who takes nothing for so long is cut: the
    /// connection ends without the end of the body.
    fn send_within(&self, event: Bytes, most: usize, patience: Duration) -> Result<(), Gone> {
        let room = self.has_room(event.len(), most);
        let mut level = self.shared.level.lock().unwrap_or_else(PoisonError::into_inner);
        while !room && !level.gone && level.unsent > 0 && level.unsent + event.len().max(most / 2) > most {
            let taken = level.taken;
            let (after, waited) = self.shared.room.wait_timeout(level, patience).unwrap_or_else(PoisonError::into_inner);
            level = after;
            if waited.timed_out() && level.taken == taken && !level.gone {
                drop(level);
                let _ = self.events.send(Err(Cut));
                return Err(Gone::Slow);
            }
        }
        if level.gone {
            return Err(Gone::Left);
        }
        level.unsent += event.len();
        drop(level);
        self.events.send(Ok(event)).map_err(|_| Gone::Left)
    }
}

/// Something that ends when the body has gone out, or the client has left.
pub type Held = Box<dyn Send + Sync>;

pub enum ResponseBody {
    Whole { bytes: Option<Bytes>, _held: Held },
    Stream(StreamBody),
}

pub struct StreamBody {
    events: mpsc::UnboundedReceiver<Result<Bytes, Cut>>,
    shared: Arc<Shared>,
    _held: Vec<Held>,
}

impl ResponseBody {
    pub fn stream(most: usize, patience: Duration, held: Vec<Held>) -> (Feed, ResponseBody) {
        let (sender, events) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { level: Mutex::new(Level { unsent: 0, taken: 0, gone: false }), room: Condvar::new(), most, patience });
        (Feed { events: sender, shared: shared.clone() }, ResponseBody::Stream(StreamBody { events, shared, _held: held }))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match self.get_mut() {
            ResponseBody::Whole { bytes, .. } => Poll::Ready(bytes.take().map(|b| Ok(Frame::data(b)))),
            ResponseBody::Stream(body) => body.events.poll_recv(context).map(|event| {
                event.map(|event| {
                    event.map(|bytes| {
                        body.shared.change(|level| {
                            level.unsent -= bytes.len();
                            level.taken += 1;
                        });
                        Frame::data(bytes)
                    })
                })
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, ResponseBody::Whole { bytes: None, .. })
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            ResponseBody::Whole { bytes, .. } => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            ResponseBody::Stream(_) => SizeHint::default(),
        }
    }
}

impl Drop for StreamBody {
    fn drop(&mut self) {
        self.shared.change(|level| level.gone = true);
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[test]
    fn a_full_channel_waits_for_its_reader_and_cuts_who_does_not_read() {
        let (feed, body) = ResponseBody::stream(100, Duration::from_millis(100), Vec::new());
        let event = Bytes::from_static(&[b'x'; 60]);
        feed.send(event.clone()).unwrap();
        assert!(feed.has_room(40, 100) && !feed.has_room(41, 100) && !feed.has_room(40, 99));
        assert_eq!(feed.send(event.clone()), Err(Gone::Slow));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut body = body;
        assert_eq!(runtime.block_on(body.frame()).unwrap().unwrap().into_data().unwrap().len(), 60);
        assert!(runtime.block_on(body.frame()).unwrap().is_err(), "the body ends with an error, so the connection is not used again");
    }

    #[test]
    fn events_pass_in_order_and_a_client_that_left_is_told() {
        let (feed, mut body) = ResponseBody::stream(100, Duration::from_secs(20), Vec::new());
        let writer = std::thread::spawn(move || {
            for i in 0..1000u32 {
                feed.send(Bytes::copy_from_slice(&i.to_le_bytes())).unwrap();
            }
            // One event may be larger than the channel.
            feed.send(Bytes::from_static(&[0; 500])).unwrap();
            while feed.send(Bytes::from_static(b"more")).is_ok() {}
            feed.send(Bytes::from_static(b"more"))
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut next = || runtime.block_on(body.frame()).unwrap().unwrap().into_data().unwrap();
        for i in 0..1000u32 {
            assert_eq!(next()[..], i.to_le_bytes());
        }
        assert_eq!(next().len(), 500);
        drop(body);
        assert_eq!(writer.join().unwrap(), Err(Gone::Left));
    }
}
