//! Text shards become ids, once: each thread encodes pieces, and writes them behind one another in order of their numbers into a temporary file.
//!
//! A thread holds one piece, and waits with it for its turn: that bounds the memory, and makes the first error the first in the text.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use super::OWNER;
use super::options::Plan;
use super::shards::Windows;
use super::text::{PIECE, Pieces};
use crate::allocator::Block;
use crate::fault::{CANCELLED, FILE, Fault, STATE};

/// What text shards are encoded with. Called from several threads.
pub trait Encoder: Send + Sync {
    /// Ids of the text into `ids`, which grows where it must; their number.
    fn encode(&self, text: &[u8], ids: &mut Block<i32>) -> Result<usize, Fault>;
}

struct Turn {
    next: u64, // piece that may be written
    file: File,
    ids: Vec<u64>, // of each shard
    fault: Option<Fault>,
}

struct Work<'a> {
    pieces: Mutex<Pieces>,
    turn: Mutex<Turn>,
    changed: Condvar,
    encoder: &'a dyn Encoder,
    closed: &'a AtomicBool,
}

/// Windows over the encoded text. `closed` ends it with LLS_CANCELLED.
pub fn encode_all(plan: &Plan, encoder: &dyn Encoder, closed: &AtomicBool) -> Result<Windows, Fault> {
    let work = Work {
        pieces: Mutex::new(Pieces::new(&plan.paths, PIECE)),
        turn: Mutex::new(Turn { next: 0, file: temporary()?, ids: vec![0; plan.paths.len()], fault: None }),
        changed: Condvar::new(),
        encoder,
        closed,
    };
    std::thread::scope(|scope| {
        for i in 1..plan.threads {
            // One thread is enough: the others only help.
            let helper = std::thread::Builder::new().name(format!("lls-encode-{i}"));
            let _ = helper.spawn_scoped(scope, || work.run_caught());
        }
        work.run_caught();
    });
    let turn = work.turn.into_inner().unwrap_or_else(PoisonError::into_inner);
    match turn.fault {
        Some(fault) => Err(fault),
        None if closed.load(Ordering::Relaxed) => Err(Fault::new(CANCELLED, "the pipeline was closed", "its text was being encoded", "none")),
        None => Windows::over_encoded(&plan.paths, turn.file, &turn.ids, plan.context_length),
    }
}

impl Work<'_> {
    fn run_caught(&self) {
        if let Err(fault) = crate::fault::caught(|| self.run()) {
            self.turn.lock().unwrap_or_else(PoisonError::into_inner).fault.get_or_insert(fault);
            self.changed.notify_all();
        }
    }

    fn run(&self) -> Result<(), Fault> {
        let mut text = Block::<u8>::new(PIECE, OWNER)?;
        let mut ids = Block::<i32>::new(PIECE, OWNER)?;
        while !self.closed.load(Ordering::Relaxed) {
            let (number, outcome) = {
                let mut pieces = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
                (pieces.number(), pieces.read(&mut text))
            };
            let (shard, outcome) = match outcome {
                Ok(None) => break,
                Ok(Some(piece)) => (piece.shard, crate::fault::caught(|| self.encoder.encode(&text[..piece.bytes], &mut ids))),
                Err(fault) => (0, Err(fault)),
            };
            if !self.write(number, shard, outcome.map(|count| &ids[..count])) {
                break;
            }
        }
        Ok(())
    }

    /// False when there is nothing more to do.
    fn write(&self, number: u64, shard: usize, ids: Result<&[i32], Fault>) -> bool {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        while turn.next != number && turn.fault.is_none() {
            turn = self.changed.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
        if turn.fault.is_some() {
            return false;
        }
        let written = ids.and_then(|ids| {
            let full =
                |e: std::io::Error| Fault::new(FILE, "cannot write the encoded text", e.to_string(), "make room in the folder for temporary files");
            write_ids(&mut turn.file, ids).map_err(full)?;
            turn.ids[shard] += ids.len() as u64;
            Ok(())
        });
        turn.fault = written.err();
        turn.next += 1;
        self.changed.notify_all();
        turn.fault.is_none()
    }
}

fn write_ids(file: &mut File, ids: &[i32]) -> std::io::Result<()> {
    let mut bytes = [0u8; 16384];
    for part in ids.chunks(bytes.len() / 4) {
        part.iter().zip(bytes.chunks_exact_mut(4)).for_each(|(id, b)| b.copy_from_slice(&id.to_le_bytes()));
        file.write_all(&bytes[..part.len() * 4])?;
    }
    Ok(())
}

/// A file for reading and writing that has no name any more (Unix), so that it goes with the process.
fn temporary() -> Result<File, Fault> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let folder = std::env::temp_dir();
    for _ in 0..100 {
        let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
        let name = format!("llmsys-{}-{}-{clock:08x}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path: PathBuf = folder.join(name);
        match create(&path) {
            Ok(file) => {
                #[cfg(unix)]
                let _ = std::fs::remove_file(&path);
                return Ok(file);
            }
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => {
                return Err(Fault::new(FILE, format!("cannot write in {}", folder.display()), e.to_string(), "set TMPDIR to a folder with room"));
            }
        }
    }
    Err(Fault::new(STATE, format!("no name was free in {}", folder.display()), "all that were tried exist", "empty it"))
}

fn create(path: &std::path::Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, 0x0400_0000); // FILE_FLAG_DELETE_ON_CLOSE
    options.open(path)
}
