//! Programs lapse a year after they were activated: they are kept alive before, and activated again if they have.

use alloy_sol_types::SolCall;

use super::context::Context;
use super::error::KeepError;
use super::remote::Fate;
use crate::deploy::keepalive::{keep_one, states, Need, State};
use crate::deploy::Record;
use crate::deployment::arbitrum::IArbWasm::{activateProgramCall, codehashKeepaliveCall};

/// Keeps alive what has fewer days left, and activates again what has lapsed.
/// # Returns: what there was to do, in words
/// # Errors: [`KeepError`]
pub fn run(at: &mut Context, records: &[Record], days: u64) -> Result<String, KeepError> {
    let states = states(at.remote.rpc(), records, days)?;
    let mut due = 0;
    for state in &states {
        let Some((label, call)) = told(state) else { continue };
        let fate = match at.remote.hand() {
            None => Fate::Planned,
            Some(sender) => match keep_one(sender, state)? {
                Some(receipt) => {
                    Fate::Sent { transaction: receipt.transaction_hash.to_string(), gas: receipt.gas_used }
                }
                None => continue,
            },
        };
        at.remote.note(label, call, fate);
        due += 1;
    }
    Ok(format!("{due} of {} programs had fewer than {days} days left", states.len()))
}

/// What a program needs, in a word, and the function that gives it.
fn told(state: &State) -> Option<(&'static str, &'static str)> {
    match state.need {
        Need::None(_) => None,
        Need::Keep(_) => Some(("keep_alive", codehashKeepaliveCall::SIGNATURE)),
        Need::Activate => Some(("activate", activateProgramCall::SIGNATURE)),
    }
}
