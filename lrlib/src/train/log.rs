//! The lines that a run prints.

use std::{
    io::{self, Write as _},
    time::{Duration, Instant},
};

use super::{config::TrainConfig, history::Epoch};

/// Prints a line every `log_every` epochs.
pub(super) struct Log<'a> {
    config: &'a TrainConfig,
    /// When the run began, and with how many epochs already done.
    start: Instant,
    before: usize,
}

impl<'a> Log<'a> {
    pub(super) fn new(config: &'a TrainConfig, before: usize) -> Self {
        Self { config, start: Instant::now(), before }
    }

    /// Returns whether a line is due after `done` epochs.
    pub(super) fn is_due(&self, done: usize) -> bool {
        let TrainConfig { epochs, log_every, .. } = *self.config;
        log_every > 0 && ((done - 1).is_multiple_of(log_every) || done == epochs)
    }

    pub(super) fn print(&self, epoch: &Epoch) {
        let done = epoch.epoch + 1;
        say(&format!("{epoch}{}", time_left(self.start.elapsed(), done - self.before, self.config.epochs - done)));
    }
}

/// Prints a line. A closed pipe must not end the run, so `println!`, which panics then, is not used.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Returns `  12 s left`, if the epochs to do take as long as those done; nothing below 10 s, so that a short run prints
/// the same every time.
fn time_left(elapsed: Duration, done: usize, to_do: usize) -> String {
    let seconds = elapsed.as_secs_f64() / done as f64 * to_do as f64;
    if seconds < 10.0 { String::new() } else { format!("  {seconds:.0} s left") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_printed_from_10_s_on() {
        assert_eq!(time_left(Duration::from_secs(3), 25, 100), "  12 s left");
        assert_eq!(time_left(Duration::from_millis(9_900), 50, 50), "");
        assert_eq!(time_left(Duration::from_secs(60), 100, 0), "");
    }
}
