//! Making a list of actions that fails short.

use std::panic::{self, catch_unwind, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::action::Action;
use crate::life::Life;

/// What a list of actions came to: where and how it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The place of the action after which something did not hold.
    pub at: usize,
    /// Where in these files it was found.
    pub place: String,
    pub message: String,
}

/// Where the last panic was.
static PLACE: Mutex<String> = Mutex::new(String::new());

/// Lives a list of actions from the beginning.
pub fn live(life: &mut Life, actions: &[Action]) -> Result<(), Failed> {
    life.begin_again();
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&place);
    }));
    let lived = live_on(life, actions);
    panic::set_hook(hook);
    lived
}

fn live_on(life: &mut Life, actions: &[Action]) -> Result<(), Failed> {
    for (at, action) in actions.iter().enumerate() {
        let done = catch_unwind(AssertUnwindSafe(|| life.act(action)));
        if let Err(panic) = done {
            let text = panic.downcast_ref::<String>().cloned();
            let message = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone();
            return Err(Failed { at, place, message: message.unwrap_or_default() });
        }
    }
    Ok(())
}

/// The shortest list found in the time given that fails in the same way.
pub fn shrink(life: &mut Life, actions: &[Action], failed: &Failed, time: Duration) -> (Vec<Action>, Failed) {
    let deadline = Instant::now() + time;
    // What only views show must be looked for after every action.
    life.is_thorough = failed.place.contains("views.rs");
    let mut best = (actions[..=failed.at].to_vec(), failed.clone());
    let mut try_list = |best: &mut (Vec<Action>, Failed), list: Vec<Action>| match live(life, &list) {
        Err(again) if again.place == failed.place => {
            *best = (list[..=again.at].to_vec(), again);
            true
        }
        _ => false,
    };
    // Often the last few are enough.
    let mut last = 1;
    while last < best.0.len() && Instant::now() < deadline {
        let tail = best.0[best.0.len() - last..].to_vec();
        if try_list(&mut best, tail) {
            break;
        }
        last *= 2;
    }
    let mut chunk = best.0.len() / 2;
    while chunk > 0 && Instant::now() < deadline {
        let mut end = best.0.len().saturating_sub(1);
        while end > 0 && Instant::now() < deadline {
            let begin = end.saturating_sub(chunk);
            let kept = [&best.0[..begin], &best.0[end..]].concat();
            try_list(&mut best, kept);
            end = begin.min(best.0.len().saturating_sub(1));
        }
        chunk = if chunk == 1 { 0 } else { chunk.div_ceil(2) };
    }
    best
}
