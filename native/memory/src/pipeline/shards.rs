//! Rows of ids in files, and the windows in them.
//!
//! ```text
//!   shard of N ids:  floor((N - 1) / T) windows; window w: ids[wT .. wT+T], T+1 of them. No window sees two shards; what fills none is left out
//! ```

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::options::Kind;
use crate::fault::{FILE, Fault, NOT_FOUND};

/// Files that stay open; of more shards each window opens its own.
const KEPT_OPEN: usize = 256;

/// Ids somewhere in a file, little-endian.
struct Shard {
    path: PathBuf,
    file: Option<File>,
    first: u64, // byte of the file
    ids: u64,
    windows_before: u64,
}

pub struct Windows {
    shards: Vec<Shard>,
    encoded: Option<File>, // instead of theirs
    width: usize,          // bytes of an id
    context_length: usize,
    count: u64,
}

/// An open regular file and its length: nothing else, a pipe would wait for ever.
pub fn open(path: &Path) -> Result<(File, u64), Fault> {
    let refused = |e: io::Error| {
        let status = if e.kind() == ErrorKind::NotFound { NOT_FOUND } else { FILE };
        Fault::new(status, format!("cannot read the shard {}", path.display()), e.to_string(), "check the path and its permissions")
    };
    let facts = std::fs::metadata(path).map_err(refused)?;
    if !facts.is_file() {
        return Err(Fault::new(FILE, format!("cannot read the shard {}", path.display()), "it is no regular file", "name a file"));
    }
    Ok((File::open(path).map_err(refused)?, facts.len()))
}

impl Windows {
    pub fn over_tokens(paths: &[PathBuf], kind: Kind, context_length: usize) -> Result<Windows, Fault> {
        let width = if kind == Kind::U16 { 2 } else { 4 };
        let mut windows = Windows { shards: Vec::new(), encoded: None, width, context_length, count: 0 };
        for path in paths {
            let (file, bytes) = open(path)?;
            if bytes % width as u64 != 0 {
                let what = format!("the shard {} has {bytes} bytes", path.display());
                return Err(Fault::new(FILE, what, format!("each of its ids takes {width}"), "it was cut off or is of another kind: write it again"));
            }
            let file = Some(file).filter(|_| paths.len() <= KEPT_OPEN);
            windows.add(path.clone(), file, 0, bytes / width as u64);
        }
        windows.some()
    }

    /// Over the encoded text: the shards one after another in one file, `ids` of each.
    pub fn over_encoded(paths: &[PathBuf], file: File, ids: &[u64], context_length: usize) -> Result<Windows, Fault> {
        let mut windows = Windows { shards: Vec::new(), encoded: Some(file), width: 4, context_length, count: 0 };
        let mut first = 0;
        for (path, &ids) in paths.iter().zip(ids) {
            windows.add(path.clone(), None, first, ids);
            first += ids * 4;
        }
        windows.some()
    }

    fn add(&mut self, path: PathBuf, file: Option<File>, first: u64, ids: u64) {
        self.shards.push(Shard { path, file, first, ids, windows_before: self.count });
        self.count += ids.saturating_sub(1) / self.context_length as u64;
    }

    fn some(self) -> Result<Windows, Fault> {
        if self.count > 0 {
            return Ok(self);
        }
        let ids: u64 = self.shards.iter().map(|s| s.ids).sum();
        let why = format!("there are {ids} ids in {} shards", self.shards.len());
        let what = format!("no window of {} ids and the one after it fits", self.context_length);
        Err(Fault::new(FILE, what, why, "give longer shards, or a smaller context_length"))
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Reads window `place`, T+1 ids. `bytes` is room that is used again.
    pub fn read(&self, place: u64, ids: &mut [i32], bytes: &mut Vec<u8>) -> Result<(), Fault> {
        let shard = &self.shards[self.shards.partition_point(|s| s.windows_before <= place) - 1];
        let offset = shard.first + (place - shard.windows_before) * (self.context_length * self.width) as u64;
        bytes.resize(ids.len() * self.width, 0);
        match self.encoded.as_ref().or(shard.file.as_ref()) {
            Some(file) => read_exact_at(file, bytes, offset),
            None => File::open(&shard.path).and_then(|file| read_exact_at(&file, bytes, offset)),
        }
        .map_err(|e| unreadable(&shard.path, &e))?;
        match self.width {
            2 => bytes.chunks_exact(2).zip(ids).for_each(|(b, id)| *id = u16::from_le_bytes([b[0], b[1]]).into()),
            _ => bytes.chunks_exact(4).zip(&mut *ids).for_each(|(b, id)| *id = i32::from_le_bytes([b[0], b[1], b[2], b[3]])),
        }
        Ok(())
    }

    /// u32 ids beyond what an id may be.
    pub fn require_ids(&self, place: u64, ids: &[i32]) -> Result<(), Fault> {
        let Some(wrong) = ids.iter().find(|&&id| id < 0) else { return Ok(()) };
        let shard = &self.shards[self.shards.partition_point(|s| s.windows_before <= place) - 1];
        let what = format!("the shard {} has the id {}", shard.path.display(), *wrong as u32);
        Err(Fault::new(FILE, what, format!("ids are at most {}", i32::MAX), "it is of another kind or damaged: write it again"))
    }
}

fn unreadable(path: &Path, e: &io::Error) -> Fault {
    Fault::new(FILE, format!("cannot read the shard {}", path.display()), e.to_string(), "it must not change or go while a pipeline reads it")
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if n == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[n..];
        offset += n as u64;
    }
    Ok(())
}

/// Reads until `bytes` is full or the file ends.
pub fn read_up_to(file: &mut File, bytes: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < bytes.len() {
        match file.read(&mut bytes[read..]) {
            Ok(0) => break,
            Ok(n) => read += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(read)
}
