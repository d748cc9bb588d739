//! The pipeline over small files: coverage, order, errors, bounds, shutdown.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::options::{Kind, Plan};
use super::prepare::Encoder;
use super::reader::Pipeline;
use super::shuffle::Shuffle;
use crate::allocator::Block;
use crate::fault::{CANCELLED, FILE, Fault, INVALID, NOT_FOUND};

/// A folder that goes when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("llmsys-test-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn tokens(&self, name: &str, ids: impl Iterator<Item = u16>) -> PathBuf {
        self.file(name, &ids.flat_map(u16::to_le_bytes).collect::<Vec<_>>())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn plan(paths: Vec<PathBuf>) -> Plan {
    Plan { paths, kind: Kind::U16, batch: 3, context_length: 4, threads: 2, prefetch: 2, seed: 7, epochs: Some(1) }
}

fn all(pipeline: &Pipeline) -> Vec<Vec<i32>> {
    let mut batches = Vec::new();
    while pipeline.next(|_, ids| batches.push(ids.to_vec())).unwrap() {}
    batches
}

/// Each byte is its id.
struct Bytes;

impl Encoder for Bytes {
    fn encode(&self, text: &[u8], ids: &mut Block<i32>) -> Result<usize, Fault> {
        text.iter().zip(ids.iter_mut()).for_each(|(&b, id)| *id = b.into());
        Ok(text.len())
    }
}

#[test]
fn every_window_comes_once_an_epoch_and_epochs_differ() {
    let folder = Folder::new("once");
    // 25 ids: 6 windows of 4 and the one after; 9 ids: 2; 4 ids: none. 8 windows, 3 epochs: 24 places, 8 batches of 3.
    let paths = vec![folder.tokens("a", 0..25), folder.tokens("b", 100..109), folder.tokens("c", 200..204)];
    let batches = all(&Pipeline::open(Plan { epochs: Some(3), ..plan(paths) }, None).unwrap());
    assert_eq!(batches.len(), 8);
    let firsts: Vec<i32> = batches.iter().flat_map(|b| b.chunks(5).map(|w| w[0])).collect();
    for batch in &batches {
        for window in batch.chunks(5) {
            assert!(window.windows(2).all(|p| p[1] == p[0] + 1), "a window leaves its shard: {window:?}");
        }
    }
    let mut orders: Vec<Vec<i32>> = firsts.chunks(8).map(<[i32]>::to_vec).collect();
    assert_ne!(orders[0], orders[1]);
    assert_ne!(orders[1], orders[2]);
    for order in &mut orders {
        order.sort_unstable();
        assert_eq!(*order, [0, 4, 8, 12, 16, 20, 100, 104]);
    }
}

/// Computed with the Java provider shuffled-windows: ids 0 to 206, T = 13, B = 4, seed 42, steps 0 to 7: each row's first id.
#[test]
fn the_order_is_that_of_the_java_provider() {
    let folder = Folder::new("java");
    let paths = vec![folder.tokens("a", 0..207)];
    let plan = Plan { batch: 4, context_length: 13, seed: 42, epochs: None, ..plan(paths) };
    let pipeline = Pipeline::open(plan, None).unwrap();
    let mut firsts = Vec::new();
    for _ in 0..8 {
        assert!(pipeline.next(|_, ids| firsts.extend(ids.chunks(14).map(|w| w[0]))).unwrap());
    }
    assert_eq!(firsts, JAVA_ORDER);
}

#[rustfmt::skip]
const JAVA_ORDER: [i32; 32] = [
    65, 182, 52, 78,   39, 104, 156, 0,   26, 13, 143, 91,   130, 117, 169, 39,
    169, 65, 26, 13,   143, 91, 52, 156,  78, 130, 117, 182,  0, 104, 169, 13,
];

#[test]
fn threads_and_prefetch_change_nothing() {
    let folder = Folder::new("threads");
    let text: String = (0..3000).map(|i| format!("line {i} of the text\n")).collect();
    let paths = vec![folder.file("a.txt", text.as_bytes()), folder.file("b.txt", b"short"), folder.tokens("t", (0..3000).map(|i| i * 7))];
    for kind in [Kind::Text, Kind::U16] {
        let paths = if kind == Kind::Text { paths[..2].to_vec() } else { paths[2..].to_vec() };
        let batches = |threads, prefetch, seed| {
            let plan = Plan { kind, threads, prefetch, seed, batch: 7, context_length: 13, epochs: Some(2), ..plan(paths.clone()) };
            all(&Pipeline::open(plan, (kind == Kind::Text).then(|| Box::new(Bytes) as Box<dyn Encoder>)).unwrap())
        };
        let reference = batches(1, 1, 5);
        assert!(reference.len() > 50);
        for (threads, prefetch) in [(2, 1), (2, 3), (7, 16)] {
            assert!(reference == batches(threads, prefetch, 5), "{kind:?} {threads} {prefetch}");
        }
        assert!(reference != batches(1, 1, 6));
    }
}

#[test]
fn text_of_many_pieces_keeps_its_order() {
    let folder = Folder::new("pieces");
    let text: String = (0..300_000).map(|i| format!("{i}\tthe row\n")).collect();
    assert!(text.len() > 2 * super::text::PIECE);
    let path = folder.file("a.txt", text.as_bytes());
    let plan = Plan { kind: Kind::Text, batch: 1, context_length: 1000, threads: 3, ..plan(vec![path]) };
    let mut windows = Vec::new();
    let pipeline = Pipeline::open(plan, Some(Box::new(Bytes))).unwrap();
    while pipeline.next(|_, ids| windows.push(ids.to_vec())).unwrap() {}
    let n = (text.len() as u64 - 1) / 1000;
    assert_eq!(windows.len() as u64, n);
    for (p, ids) in windows.iter().enumerate() {
        let at = Shuffle { n, seed: 7 }.at(p as u64) as usize * 1000;
        assert!(text.as_bytes()[at..=at + 1000].iter().zip(ids).all(|(&b, &id)| i32::from(b) == id), "window {p}");
    }
}

#[test]
fn errors_reach_next_once_and_again() {
    let folder = Folder::new("errors");
    let missing = PathBuf::from("/no/such/shard");
    let cases: Vec<(Plan, i32)> = vec![
        (plan(vec![missing.clone()]), NOT_FOUND),
        (plan(vec![folder.file("odd", &[1, 2, 3])]), FILE),
        (Plan { kind: Kind::U32, ..plan(vec![folder.file("odd4", &[0; 42])]) }, FILE),
        (Plan { kind: Kind::U32, ..plan(vec![folder.file("big", &[0xFF; 400])]) }, FILE),
        (plan(vec![folder.file("empty", &[])]), FILE),
        (plan(vec![std::env::temp_dir()]), FILE),
        (plan(vec![folder.tokens("few", 0..9)]), INVALID),
        (Plan { kind: Kind::Text, ..plan(vec![folder.file("bad.txt", b"good \xFF bad")]) }, FILE),
        (Plan { kind: Kind::Text, ..plan(vec![missing]) }, NOT_FOUND),
    ];
    for (plan, status) in cases {
        let encoder = (plan.kind == Kind::Text).then(|| Box::new(Bytes) as Box<dyn Encoder>);
        let pipeline = Pipeline::open(plan.clone(), encoder).unwrap();
        for _ in 0..2 {
            assert_eq!(pipeline.next(|_, _| panic!("nothing is given")).unwrap_err().status, status, "{plan:?}");
        }
    }
}

/// The first error of the text is told, whichever thread meets it; a panic of the tokenizer is a fault as well.
#[test]
fn a_failing_or_panicking_tokenizer_is_one_fault() {
    struct Fails(bool);
    impl Encoder for Fails {
        fn encode(&self, text: &[u8], _: &mut Block<i32>) -> Result<usize, Fault> {
            if self.0 { panic!("tokenizer panic") } else { Err(Fault::new(INVALID, format!("{}", text[0] as char), "", "")) }
        }
    }
    let folder = Folder::new("failing");
    let paths: Vec<_> = ["a", "b", "c"].iter().map(|n| folder.file(n, n.as_bytes())).collect();
    for panics in [false, true] {
        let plan = Plan { kind: Kind::Text, threads: 3, ..plan(paths.clone()) };
        let fault = Pipeline::open(plan, Some(Box::new(Fails(panics)))).unwrap().next(|_, _| ()).unwrap_err();
        assert!(if panics { fault.why == "tokenizer panic" } else { fault.what == "a" }, "{fault:?}");
    }
}

#[test]
fn readers_stop_at_the_bound() {
    let folder = Folder::new("bound");
    let pipeline = Pipeline::open(Plan { prefetch: 5, threads: 3, epochs: None, ..plan(vec![folder.tokens("a", 0..1000)]) }, None).unwrap();
    while pipeline.stats().waiting < 5 || pipeline.stats().reader_stalls == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!((pipeline.stats().waiting, pipeline.stats().waiting_bytes), (5, 5 * 3 * 5 * 4));
    for _ in 0..100 {
        assert!(pipeline.next(|_, _| ()).unwrap());
    }
    let stats = pipeline.stats();
    assert_eq!((stats.batches, stats.tokens, stats.epoch), (100, 1200, 300 / 249));
}

#[test]
fn closing_ends_readers_and_a_waiting_consumer() {
    /// Encodes slowly, so that a consumer waits.
    struct Slow;
    impl Encoder for Slow {
        fn encode(&self, _: &[u8], _: &mut Block<i32>) -> Result<usize, Fault> {
            std::thread::sleep(Duration::from_millis(100));
            Ok(0)
        }
    }
    let folder = Folder::new("closing");
    let path = folder.file("a.txt", b"text");
    let pipeline = Arc::new(Pipeline::open(Plan { kind: Kind::Text, ..plan(vec![path; 1000]) }, Some(Box::new(Slow))).unwrap());
    let consumer = std::thread::spawn({
        let pipeline = pipeline.clone();
        move || pipeline.next(|_, _| ()).unwrap_err().status
    });
    std::thread::sleep(Duration::from_millis(30));
    pipeline.close();
    assert_eq!(consumer.join().unwrap(), CANCELLED);
    // Full queue, readers waiting for room.
    for _ in 0..50 {
        let pipeline = Pipeline::open(Plan { epochs: None, ..plan(vec![folder.tokens("t", 0..100)]) }, None).unwrap();
        pipeline.next(|_, _| ()).unwrap();
        drop(pipeline);
    }
}
