//! Programs lapse a year after they were activated: they are kept alive before.

use super::context::Context;
use super::error::KeepError;
use super::remote::Fate;
use crate::deploy::keepalive::{keep, states, Need};
use crate::deploy::Record;

/// Keeps alive what has fewer days left, and activates again what has lapsed.
/// # Returns: what there was to do, in words
/// # Errors: [`KeepError`]
pub fn run(at: &mut Context, records: &[Record], days: u64) -> Result<String, KeepError> {
    let states = states(at.remote.rpc(), records, days)?;
    let due: Vec<_> = states.iter().filter(|state| !matches!(state.need, Need::None(_))).cloned().collect();
    for state in &due {
        let fate = match at.remote.hand() {
            None => Fate::Planned,
            Some(sender) => Fate::Sent { transaction: keep(sender, std::slice::from_ref(state))?, gas: 0 },
        };
        at.remote.note("keepalive", "codehashKeepalive(bytes32)", fate);
    }
    Ok(format!("{} of {} programs have fewer than {days} days left", due.len(), states.len()))
}
