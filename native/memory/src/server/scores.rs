//! Texts of tokens in their place, and what is told of them with their log-probabilities.

use super::engine::Engine;
use super::json::Scored;
use crate::fault::Fault;

/// What a token adds to the text depends on whether it begins it (some vocabularies drop the first space). So a token is decoded behind the last
/// one that wrote something, and that one's bytes are taken off.
pub struct Texts<'a> {
    engine: &'a dyn Engine,
    before: Option<(i32, usize)>, // id, bytes
}

impl<'a> Texts<'a> {
    pub fn at_beginning(engine: &'a dyn Engine) -> Texts<'a> {
        Texts { engine, before: None }
    }

    pub fn after(engine: &'a dyn Engine, prompt: &[i32]) -> Result<Texts<'a>, Fault> {
        let mut texts = Texts::at_beginning(engine);
        for &id in prompt.iter().rev() {
            texts.advance(id)?;
            if texts.before.is_some() {
                break;
            }
        }
        Ok(texts)
    }

    pub fn bytes(&self, id: i32) -> Result<Vec<u8>, Fault> {
        match self.before {
            None => self.engine.decode(&[id]),
            Some((before, bytes)) => {
                let mut both = self.engine.decode(&[before, id])?;
                Ok(both.split_off(bytes.min(both.len())))
            }
        }
    }

    pub fn advance(&mut self, id: i32) -> Result<(), Fault> {
        let alone = self.engine.decode(&[id])?.len();
        if alone > 0 {
            self.before = Some((id, alone));
        }
        Ok(())
    }

    /// As OpenAI writes tokens that are no whole characters.
    pub fn name(&self, id: i32) -> Result<String, Fault> {
        let bytes = self.bytes(id)?;
        Ok(String::from_utf8(bytes).unwrap_or_else(|e| e.as_bytes().iter().fold("bytes:".to_string(), |text, b| text + &format!("\\x{b:02x}"))))
    }

    /// `alternatives`: in order; the token itself is among them in what is told.
    pub fn scored(&self, id: i32, score: Option<f32>, alternatives: Option<Vec<(i32, f32)>>) -> Result<Scored, Fault> {
        let mut top = None;
        if let Some(mut all) = alternatives {
            if !all.iter().any(|(other, _)| *other == id) {
                all.extend(score.map(|s| (id, s)));
            }
            // The likeliest is kept when two ids have one text: maps have the last.
            let named = all.iter().rev().map(|(other, s)| Ok((self.name(*other)?, *s))).collect::<Result<Vec<_>, Fault>>()?;
            top = Some(named);
        }
        Ok(Scored { token: self.name(id)?, score, top, offset: 0 })
    }
}
