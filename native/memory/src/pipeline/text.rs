//! Text shards in pieces that a tokenizer encodes as it would the whole.
//!
//! A piece has at most 2 MiB. It ends after the last line end that stands alone between two characters that are no white space: there the published
//! splitters of byte-level BPE cut anyway. Without such a place it ends after any line end, else between two characters. A vocabulary that puts a
//! space before its text does so for each piece. Where pieces end is a function of the text only.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::shards::{open, read_up_to};
use crate::allocator::Block;
use crate::fault::{FILE, Fault};

pub const PIECE: usize = 2 << 20;

/// Goes through all shards once. One thread at a time.
pub struct Pieces {
    paths: Vec<PathBuf>,
    shard: usize, // being read, or next
    file: Option<File>,
    carried: Vec<u8>, // read, and after the end of the last piece
    offset: u64,      // of the carried bytes in the shard
    next: u64,
    longest: usize,
}

/// `bytes` of the room it was read into.
#[derive(Debug)]
pub struct Piece {
    pub shard: usize,
    pub bytes: usize,
}

impl Pieces {
    pub fn new(paths: &[PathBuf], longest: usize) -> Pieces {
        Pieces { paths: paths.to_vec(), shard: 0, file: None, carried: Vec::new(), offset: 0, next: 0, longest }
    }

    /// The number that the next piece has: an error of `read` stands in its place.
    pub fn number(&self) -> u64 {
        self.next
    }

    /// None when all shards are through.
    pub fn read(&mut self, room: &mut Block<u8>) -> Result<Option<Piece>, Fault> {
        loop {
            let Some(path) = self.paths.get(self.shard) else { return Ok(None) };
            let file = match &mut self.file {
                Some(file) => file,
                None => self.file.insert(open(path)?.0),
            };
            let carried = self.carried.len();
            room[..carried].copy_from_slice(&self.carried);
            let limit = self.longest.min(room.len());
            let read = read_up_to(file, &mut room[carried..limit]);
            let read = read.map_err(|e| Fault::new(FILE, format!("cannot read the shard {}", path.display()), e.to_string(), "check the file"))?;
            let have = carried + read;
            let last = have < limit;
            let text = require_utf8(&room[..have], last, path, self.offset)?;
            let bytes = if last { have } else { end_of_piece(text) };
            let shard = self.shard;
            self.carried.clear();
            self.carried.extend_from_slice(&room[bytes..have]);
            self.offset += bytes as u64;
            if last {
                (self.file, self.offset) = (None, 0);
                self.shard += 1;
                if bytes == 0 {
                    continue;
                }
            }
            self.next += 1;
            return Ok(Some(Piece { shard, bytes }));
        }
    }
}

/// The text, without a character that the piece cuts and more bytes may complete.
fn require_utf8<'a>(bytes: &'a [u8], last: bool, path: &Path, offset: u64) -> Result<&'a str, Fault> {
    std::str::from_utf8(bytes).or_else(|e| {
        let (valid, _) = bytes.split_at(e.valid_up_to());
        if e.error_len().is_none() && !last {
            return Ok(std::str::from_utf8(valid).unwrap_or_default());
        }
        let at = offset + e.valid_up_to() as u64;
        let what = format!("the shard {} is not UTF-8", path.display());
        Err(Fault::new(FILE, what, format!("the bytes from {at} on are no character"), "convert it, or use token shards"))
    })
}

fn end_of_piece(text: &str) -> usize {
    let bytes = text.as_bytes();
    let plain = |b: u8| !b.is_ascii_whitespace() && b.is_ascii();
    let alone = |i: &usize| bytes[*i - 1] == b'\n' && *i >= 2 && *i < bytes.len() && plain(bytes[*i - 2]) && plain(bytes[*i]);
    let after = (1..bytes.len()).rev().find(alone).or_else(|| text.rfind('\n').map(|i| i + 1));
    after.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(name: &str, texts: &[&[u8]], longest: usize) -> Result<Vec<(usize, String)>, Fault> {
        let folder = crate::pipeline::tests::Folder::new(name);
        let paths: Vec<_> = texts.iter().enumerate().map(|(i, t)| folder.file(&format!("{i}.txt"), t)).collect();
        let mut pieces = Pieces::new(&paths, longest);
        let mut room = Block::new(longest, "pieces-test")?;
        let mut all = Vec::new();
        while let Some(piece) = pieces.read(&mut room)? {
            assert_eq!(pieces.number(), all.len() as u64 + 1);
            all.push((piece.shard, String::from_utf8(room[..piece.bytes].to_vec()).unwrap()));
        }
        Ok(all)
    }

    #[test]
    fn pieces_end_where_a_splitter_cuts() {
        let all = pieces("cuts", &[b"ab\ncd\n\nef\n gh", b"", b"x"], 8).unwrap();
        let texts: Vec<_> = all.iter().map(|(s, t)| (*s, &t[..])).collect();
        assert_eq!(texts, [(0, "ab\n"), (0, "cd\n\nef\n"), (0, " gh"), (2, "x")]);
    }

    #[test]
    fn characters_stay_whole_and_nothing_is_lost() {
        let text = "aé漢😀".repeat(50);
        for longest in 4..20 {
            let all = pieces("whole", &[text.as_bytes()], longest).unwrap();
            assert_eq!(all.iter().map(|(_, t)| &t[..]).collect::<String>(), text);
        }
    }

    #[test]
    fn bad_utf8_is_told_with_its_place() {
        let fault = pieces("bad", &[b"0123456789ab\xFFcd"], 8).unwrap_err();
        assert!(fault.status == FILE && fault.why.contains("from 12 on"), "{fault:?}");
        assert_eq!(pieces("cut", &[b"0123456\xC3"], 8).unwrap_err().status, FILE);
    }
}
