//! When each chore is due: at its interval, and after failures later and later, with jitter, so that many keepers do
//! not come back at once to a server that has just recovered.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// The first pause after a failure; it doubles with each further one.
const LEAST_PAUSE: Duration = Duration::from_secs(2);
/// The longest.
const MOST_PAUSE: Duration = Duration::from_mins(5);

/// When one chore is due. Times are since the keeper's start.
#[derive(Debug)]
pub struct Task {
    every: Duration,
    due_at: Duration,
    pauses: Option<ExponentialBackoff>,
}

impl Task {
    /// Due at once, and then at this interval.
    pub const fn new(every: Duration) -> Self {
        Self { every, due_at: Duration::ZERO, pauses: None }
    }

    /// Whether it is due.
    pub fn is_due(&self, now: Duration) -> bool {
        self.due_at <= now
    }

    /// How long until it is due.
    pub const fn left(&self, now: Duration) -> Duration {
        self.due_at.saturating_sub(now)
    }

    /// It went well.
    pub fn succeeded(&mut self, now: Duration) {
        self.pauses = None;
        self.due_at = now + self.every;
    }

    /// It failed.
    /// # Returns: the pause until it is tried again
    pub fn failed(&mut self, now: Duration) -> Duration {
        let pause = self.pauses.get_or_insert_with(pauses).next().unwrap_or(MOST_PAUSE);
        self.due_at = now + pause;
        pause
    }
}

/// Pauses after failures, without end.
pub fn pauses() -> ExponentialBackoff {
    let growing = ExponentialBuilder::new().with_min_delay(LEAST_PAUSE).with_max_delay(MOST_PAUSE);
    growing.with_jitter().without_max_times().build()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn a_chore_is_due_at_once_and_then_at_its_interval() {
        let mut task = Task::new(MINUTE);
        assert!(task.is_due(Duration::ZERO));
        task.succeeded(Duration::from_secs(5));
        assert!(!task.is_due(Duration::from_secs(64)) && task.is_due(Duration::from_secs(65)));
        assert_eq!(task.left(Duration::from_secs(50)), Duration::from_secs(15));
    }

    #[test]
    fn failures_are_paused_after_for_longer_and_longer_but_never_for_ever() {
        let mut task = Task::new(MINUTE);
        let pauses: Vec<_> = (0..40).map(|_| task.failed(Duration::ZERO)).collect();
        for (place, pause) in pauses.iter().enumerate() {
            let least = (LEAST_PAUSE * 2u32.pow(place.min(7).try_into().unwrap())).min(MOST_PAUSE);
            assert!(*pause >= least && *pause <= 2 * MOST_PAUSE, "{place}: {pause:?}");
        }
    }

    #[test]
    fn a_success_forgets_the_failures_before_it() {
        let mut task = Task::new(MINUTE);
        for _ in 0..10 {
            task.failed(Duration::ZERO);
        }
        task.succeeded(Duration::ZERO);
        assert!(task.failed(Duration::ZERO) <= 2 * LEAST_PAUSE);
    }
}
