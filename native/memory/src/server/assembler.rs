//! Bytes of tokens to text that can be sent: whole characters only, and nothing that may yet turn out to be a stop string.
//!
//! ```text
//!   bytes -> characters   an unfinished one waits for the next token (at most 3 bytes); what can be none becomes U+FFFD
//!         -> text         the longest end that begins a stop string waits; a stop string and all after it are left out
//! ```

use std::collections::VecDeque;

use super::json::Scored;

#[derive(Debug, Default, PartialEq)]
pub struct Piece {
    pub text: String,
    pub scored: Vec<Scored>,
}

#[derive(Default)]
pub struct Assembler {
    stops: Vec<String>,
    unfinished: Vec<u8>,
    held: String,
    characters: usize, // whole ones of all tokens
    sent: usize,       // of these
    scored: VecDeque<Scored>,
    stopped: bool,
}

impl Assembler {
    pub fn new(stops: &[String]) -> Assembler {
        Assembler { stops: stops.to_vec(), ..Assembler::default() }
    }

    /// A token of the prompt: stop strings are looked for in what is written only.
    pub fn prompt(&mut self, bytes: &[u8], scored: Option<Scored>) -> Piece {
        self.take(bytes, scored);
        let text = std::mem::take(&mut self.held);
        self.release(text)
    }

    pub fn written(&mut self, bytes: &[u8], scored: Option<Scored>) -> Piece {
        self.take(bytes, scored);
        let first = self.stops.iter().filter_map(|s| self.held.find(s.as_str())).min();
        if let Some(at) = first {
            self.stopped = true;
            self.held.truncate(at);
        }
        let keep = if self.stopped { 0 } else { self.stops.iter().map(|s| begun(&self.held, s)).max().unwrap_or(0) };
        let rest = self.held.split_off(self.held.len() - keep);
        let text = std::mem::replace(&mut self.held, rest);
        self.release(text)
    }

    /// Whether a stop string was met.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// What is left when no more tokens come.
    pub fn end(&mut self) -> Piece {
        if self.stopped {
            return Piece::default();
        }
        if !self.unfinished.is_empty() {
            self.unfinished.clear();
            self.add("\u{FFFD}");
        }
        let text = std::mem::take(&mut self.held);
        let mut piece = self.release(text);
        piece.scored.extend(self.scored.drain(..));
        piece
    }

    fn take(&mut self, bytes: &[u8], scored: Option<Scored>) {
        self.scored.extend(scored.map(|s| Scored { offset: self.characters, ..s }));
        self.unfinished.extend_from_slice(bytes);
        let all = std::mem::take(&mut self.unfinished);
        let mut rest = &all[..];
        while !rest.is_empty() {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.add(text);
                    break;
                }
                Err(e) => {
                    let (valid, after) = rest.split_at(e.valid_up_to());
                    self.add(std::str::from_utf8(valid).unwrap_or_default());
                    let Some(wrong) = e.error_len() else {
                        self.unfinished = after.to_vec();
                        break;
                    };
                    self.add("\u{FFFD}");
                    rest = &after[wrong..];
                }
            }
        }
    }

    fn add(&mut self, text: &str) {
        self.characters += text.chars().count();
        self.held.push_str(text);
    }

    /// With the scores of the tokens whose text begins in it or before.
    fn release(&mut self, text: String) -> Piece {
        self.sent += text.chars().count();
        let mut scored = Vec::new();
        while self.scored.front().is_some_and(|s| s.offset < self.sent) {
            scored.extend(self.scored.pop_front());
        }
        Piece { text, scored }
    }
}

/// Bytes at the end of `text` that begin `stop`.
fn begun(text: &str, stop: &str) -> usize {
    let longest = text.len().min(stop.len() - 1);
    (1..=longest).rev().find(|&n| stop.as_bytes().starts_with(&text.as_bytes()[text.len() - n..])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(stops: &[&str], tokens: &[&[u8]]) -> (Vec<String>, bool) {
        let mut a = Assembler::new(&stops.iter().map(|s| s.to_string()).collect::<Vec<_>>());
        let mut all: Vec<String> = Vec::new();
        for token in tokens {
            all.push(a.written(token, None).text);
            if a.stopped() {
                return (all, true);
            }
        }
        all.push(a.end().text);
        (all, false)
    }

    #[test]
    fn unfinished_characters_wait() {
        let (texts, _) = sent(&[], &[b"a\xC3", b"\xA9b", b"\xF0\x9F", b"\x98", b"\x80", b"\xE6\xBC"]);
        assert_eq!(texts, ["a", "éb", "", "", "😀", "", "\u{FFFD}"]);
        let (texts, _) = sent(&[], &[b"\xFFa", b"\xC3", b"x"]);
        assert_eq!(texts, ["\u{FFFD}a", "", "\u{FFFD}x", ""]);
    }

    #[test]
    fn stop_strings_are_found_across_tokens_and_left_out() {
        assert_eq!(sent(&["END"], &[b"abE", b"N", b"Dx"]), (vec!["ab".into(), "".into(), "".into()], true));
        assert_eq!(sent(&["END"], &[b"abE", b"Nx", b"E"]), (vec!["ab".into(), "ENx".into(), "".into(), "E".into()], false));
        assert_eq!(sent(&["bc", "b"], &[b"ab", b"c"]), (vec!["a".into()], true));
        assert_eq!(sent(&["aab"], &[b"a", b"a", b"a", b"b"]), (vec!["".into(), "".into(), "a".into(), "".into()], true));
        assert_eq!(sent(&["é"], &[b"x\xC3", b"\xA9y"]), (vec!["x".into(), "".into()], true));
    }

    #[test]
    fn scores_come_with_their_text_and_offsets_count_characters() {
        let scored = |t: &str| Some(Scored { token: t.into(), score: Some(-1.0), top: None, offset: 0 });
        let mut a = Assembler::new(&["lo".into()]);
        let first = a.prompt("é".as_bytes(), scored("é"));
        assert_eq!((&first.text[..], first.scored[0].offset), ("é", 0));
        let held = a.written(b"hel", scored("hel"));
        assert_eq!((&held.text[..], held.scored.len(), held.scored[0].offset), ("he", 1, 1));
        let stop = a.written(b"lo there", scored("lo there"));
        assert_eq!((&stop.text[..], stop.scored.len()), ("l", 0), "its text begins where the stop string does");
        assert!(a.stopped());
    }

    /// Any way of cutting a text into tokens gives the same text.
    #[test]
    fn cuts_do_not_matter() {
        let text = "a漢b😀stoé sto stopp".as_bytes();
        let whole = sent(&["stop"], &[text]).0.concat();
        assert_eq!(whole, "a漢b😀stoé sto ");
        for i in 0..text.len() {
            for j in i..text.len() {
                assert_eq!(sent(&["stop"], &[&text[..i], &text[i..j], &text[j..]]).0.concat(), whole, "{i} {j}");
            }
        }
    }
}
