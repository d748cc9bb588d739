//! What /metrics tells, in Prometheus' text form. Names of times after OpenTelemetry's GenAI conventions.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Upper bounds in seconds; the last one has all.
const BOUNDS: [f64; 14] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 20.0, 60.0];

#[derive(Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Histogram {
    pub fn observe(&self, time: Duration) {
        let seconds = time.as_secs_f64();
        if let Some(i) = BOUNDS.iter().position(|&b| seconds <= b) {
            self.buckets[i].fetch_add(1, Relaxed);
        }
        self.count.fetch_add(1, Relaxed);
        self.micros.fetch_add(time.as_micros() as u64, Relaxed);
    }

    fn write(&self, text: &mut String, name: &str, help: &str) {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} histogram");
        let mut below = 0;
        for (bound, bucket) in BOUNDS.iter().zip(&self.buckets) {
            below += bucket.load(Relaxed);
            let _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {below}");
        }
        let count = self.count.load(Relaxed).max(below);
        let _ = writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {}\n{name}_count {count}", self.micros.load(Relaxed) as f64 / 1e6);
    }
}

#[derive(Default)]
pub struct Metrics {
    /// Responses by class of status, from 200 on: 2xx, 3xx, 4xx, 5xx.
    pub responses: [Counter; 4],
    pub refused_busy: Counter,
    pub disconnects: Counter,
    pub slow_clients: Counter,
    pub prompt_tokens: Counter,
    pub written_tokens: Counter,
    pub first_token: Histogram,
    pub next_token: Histogram,
    pub requests: Histogram,
}

/// What is known elsewhere.
pub struct Now {
    pub running: usize,
    pub aside: usize,
    pub waiting: usize,
    pub live_bytes: i64,
    pub peak_bytes: i64,
}

impl Metrics {
    pub fn answered(&self, status: u16) {
        self.responses[usize::from(status / 100).clamp(2, 5) - 2].add(1);
    }

    pub fn text(&self, now: &Now) -> String {
        let mut text = String::new();
        let mut one = |name: &str, kind: &str, help: &str, value: i64| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        };
        one("llmsys_requests_running", "gauge", "Requests that have a session.", now.running as i64);
        one("llmsys_requests_aside", "gauge", "Those of them that wait for their clients to read.", now.aside as i64);
        one("llmsys_requests_waiting", "gauge", "Requests that wait for one.", now.waiting as i64);
        one("llmsys_requests_busy_total", "counter", "Requests refused because too many waited.", self.refused_busy.get() as i64);
        one("llmsys_disconnects_total", "counter", "Clients that left before their answer ended.", self.disconnects.get() as i64);
        one("llmsys_slow_clients_total", "counter", "Clients cut because they did not read.", self.slow_clients.get() as i64);
        one("llmsys_prompt_tokens_total", "counter", "Tokens of prompts.", self.prompt_tokens.get() as i64);
        one("llmsys_completion_tokens_total", "counter", "Tokens written.", self.written_tokens.get() as i64);
        one("llmsys_memory_live_bytes", "gauge", "Bytes of the engine's allocator in use.", now.live_bytes);
        one("llmsys_memory_peak_bytes", "gauge", "The most of them so far.", now.peak_bytes);
        let _ = writeln!(text, "# HELP llmsys_responses_total Responses by class of status.\n# TYPE llmsys_responses_total counter");
        for (i, count) in self.responses.iter().enumerate() {
            let _ = writeln!(text, "llmsys_responses_total{{status=\"{}xx\"}} {}", i + 2, count.get());
        }
        self.first_token.write(&mut text, "gen_ai_server_time_to_first_token_seconds", "From a request's arrival to its first token.");
        self.next_token.write(&mut text, "gen_ai_server_time_per_output_token_seconds", "From a token to the next one.");
        self.requests.write(&mut text, "gen_ai_server_request_duration_seconds", "From a request's arrival to its last token.");
        text
    }
}
