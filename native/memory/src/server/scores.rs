//! Texts of tokens in their place, and log-probabilities at each place of a prompt.
//!
//! ```text
//!   ln p(i) = x_i - m - ln sum_j e^(x_j - m),  m = max x          over the vocabulary, in float64
//! ```

use super::engine::Engine;
use super::json::{Refusal, Scored};
use crate::allocator::Block;
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

/// For each id of the prompt but the first: its log-probability, and the `count` likeliest in its place.
pub type PromptScores = Vec<(f32, Vec<(i32, f32)>)>;

pub fn of_prompt(engine: &dyn Engine, ids: &[i32], count: usize, most_bytes: usize) -> Result<PromptScores, Refusal> {
    let v = engine.vocab_size() as usize;
    let size = ids.len().checked_mul(v).filter(|n| *n <= most_bytes / 4).ok_or_else(|| {
        let most = most_bytes / 4 / v;
        Refusal::invalid(
            "logprobs",
            format!("an echoed prompt with alternatives may have {most} tokens here; this one has {}. Use logprobs 0", ids.len()),
        )
    })?;
    let mut logits = Block::<f32>::new(size, "server").map_err(|f| Refusal::of(&f))?;
    engine.logits(ids, &mut logits).map_err(|f| Refusal::of(&f))?;
    Ok(logits.chunks_exact(v).zip(&ids[1..]).map(|(row, &id)| score_row(row, id, count)).collect())
}

fn score_row(row: &[f32], id: i32, count: usize) -> (f32, Vec<(i32, f32)>) {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let scale = f64::from(most) + row.iter().map(|&x| f64::from(x - most).exp()).sum::<f64>().ln();
    let score = |i: i32| (f64::from(row[i as usize]) - scale) as f32;
    // The smaller id first where two are equal, as the greedy sampler has it.
    let mut likeliest: Vec<i32> = Vec::with_capacity(count + 1);
    for i in 0..row.len() as i32 {
        let place = likeliest.partition_point(|&j| row[j as usize] >= row[i as usize]);
        if place < count {
            likeliest.insert(place, i);
            likeliest.truncate(count);
        }
    }
    (score(id), likeliest.into_iter().map(|i| (i, score(i))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_probabilities_of_a_row() {
        // p = 1/8, 4/8, 2/8, 1/8
        let row: Vec<f32> = [1.0f32, 4.0, 2.0, 1.0].iter().map(|p| p.ln() + 100.0).collect();
        let (score, top) = score_row(&row, 2, 3);
        assert!((score - 0.25f32.ln()).abs() < 1e-5);
        assert_eq!(top.iter().map(|t| t.0).collect::<Vec<_>>(), [1, 2, 0]);
        assert!((top[0].1 - 0.5f32.ln()).abs() < 1e-5);
    }
}
