//! A line on the terminal that shows that something goes on, and for how long it has.

use std::io::{Write, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const TURN: Duration = Duration::from_millis(100);
/// What is over sooner needs none.
const LONG: Duration = Duration::from_millis(500);
const SHAPES: [char; 4] = ['|', '/', '-', '\\'];
const CLEAR: &str = "\r\x1b[K";

/// Turns until it is dropped.
pub(super) struct Spinner {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Spinner {
    pub(super) fn start() -> Self {
        let (stop, stopped) = channel();
        let began = Instant::now();
        let turn = move || {
            for shape in SHAPES.iter().cycle() {
                if stopped.recv_timeout(TURN) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
                let elapsed = began.elapsed();
                if elapsed > LONG {
                    show(&format!("{CLEAR}{shape} {} s", elapsed.as_secs()));
                }
            }
            show(CLEAR);
        };
        Self {
            stop: Some(stop),
            thread: Some(std::thread::spawn(turn)),
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A line that could not be shown is no one's loss.
            let _ = thread.join();
        }
    }
}

fn show(text: &str) {
    let mut stderr = stderr().lock();
    // Nobody is left to see it.
    let _ = stderr
        .write_all(text.as_bytes())
        .and_then(|()| stderr.flush());
}
