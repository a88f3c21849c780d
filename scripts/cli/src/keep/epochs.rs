//! LPs' requests are priced after their epoch's cut, proved by the first round of every market's feed from then on; fees
//! are sent to their recipient.

use alloy_primitives::aliases::U80;
use alloy_primitives::U256;
use equipoise_interfaces::IVault;

use super::client::Client;
use super::context::Context;
use super::error::KeepError;
use super::rounds::Feed;

/// An epoch that nobody has priced so long after its cut is given back, whatever the feeds say.
const LAPSE_SECS: u64 = 7 * 86_400;
/// Epochs in one run at most: after an outage there may be several.
const MOST_EPOCHS: usize = 8;

/// Whether an epoch may be priced, or given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epoch {
    /// Nobody has asked for anything.
    None,
    /// Its cut is still to come.
    Open,
    /// Its cut is over.
    Cut,
    /// It was priced by nobody within a week.
    Lapsed,
}

impl Epoch {
    /// # Inputs: its number, zero for none; unix seconds: its cut, the present
    pub const fn of(number: u64, cut_at: u64, now: u64) -> Self {
        if number == 0 {
            Self::None
        } else if now < cut_at {
            Self::Open
        } else if now < cut_at.saturating_add(LAPSE_SECS) {
            Self::Cut
        } else {
            Self::Lapsed
        }
    }
}

/// Prices every epoch past its cut.
/// # Returns: what there was to do, in words
/// # Errors: [`KeepError`]
pub fn run(at: &mut Context) -> Result<String, KeepError> {
    let vault = at.site.vault;
    for done in 0..MOST_EPOCHS {
        let client: &mut dyn Client = &mut at.remote;
        let next = client.view(vault, &IVault::nextEpochCall {})?;
        let first_rounds = match Epoch::of(next.epoch, next.cutAt, client.now()?) {
            Epoch::None => return Ok(format!("{done} epochs priced, nobody waits")),
            Epoch::Open => return Ok(format!("{done} epochs priced, the next cuts at {}", next.cutAt)),
            Epoch::Lapsed => Some(Vec::new()),
            Epoch::Cut => first_rounds(at, next.cutAt)?,
        };
        let Some(first_rounds) = first_rounds else {
            return Ok(format!("{done} epochs priced, the next waits for a feed's first round since its cut"));
        };
        let call = IVault::processEpochCall { firstRounds: first_rounds };
        let client: &mut dyn Client = &mut at.remote;
        if let Err(reason) = client.try_send("process_epoch", vault, &call)? {
            return Ok(format!("{done} epochs priced, the next is refused: {reason}"));
        }
        if !at.is_acting() {
            return Ok("one epoch would be priced".to_owned());
        }
    }
    Ok(format!("{MOST_EPOCHS} epochs priced"))
}

/// The first round of every market's feed since a cut; none if one is still to come.
fn first_rounds(at: &mut Context, cut_at: u64) -> Result<Option<Vec<U80>>, KeepError> {
    let mut rounds = Vec::new();
    for site in at.site.markets.clone() {
        let Some(round) = Feed::read(&mut at.remote, site.feed)?.first_from(cut_at)? else { return Ok(None) };
        rounds.push(round);
    }
    Ok(Some(rounds))
}

/// Sends the fees to their recipient once they are worth it.
/// # Errors: [`KeepError`]
pub fn pay_fees(at: &mut Context, least_atoms: U256) -> Result<String, KeepError> {
    let (vault, client): (_, &mut dyn Client) = (at.site.vault, &mut at.remote);
    let fees = client.view(vault, &IVault::feesAtomsCall {})?;
    if fees < least_atoms {
        return Ok(format!("{fees} atoms of fees, too few to send"));
    }
    client.try_send("pay_fees", vault, &IVault::payFeesCall {})?.ok();
    Ok(format!("{fees} atoms of fees are due"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_priced_from_its_cut_and_given_back_after_a_week() {
        assert_eq!(Epoch::of(0, 0, 1_000), Epoch::None);
        assert_eq!(
            [999, 1_000, 1_000 + LAPSE_SECS - 1, 1_000 + LAPSE_SECS].map(|now| Epoch::of(7, 1_000, now)),
            [Epoch::Open, Epoch::Cut, Epoch::Cut, Epoch::Lapsed]
        );
    }
}
