//! The surface is posted anew when it is old, far from the quotes, or still on the way to where a step limit has not let
//! it come.

use alloy_primitives::Address;
use alloy_signer_local::PrivateKeySigner;
use equipoise_data::{Surface, Timestamp};
use equipoise_interfaces::IMarket;
use equipoise_risk::millionths::Millionths;

use super::client::Client;
use super::context::Context;
use super::error::KeepError;
use super::follow::Road;
use super::post::{post, slices_of, Observation};
use super::quotes::Quotes;
use crate::units::price_wad;

/// Of the steps that a post may take at least this must be there for a surface that is not where it shall be: each post
/// costs gas, however short its way.
const LEAST_ROOM: Millionths = Millionths::from_raw(100_000);

/// When a surface is posted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Once it is so old, in seconds.
    pub refresh_secs: u64,
    /// Once it lies so far from the quotes, in volatility.
    pub tolerance: f64,
    /// Never by quotes that are older than this, in seconds.
    pub quotes_secs: u64,
}

/// What decides whether to post. Times are unix seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// The present.
    pub now: u64,
    /// When the quotes stood.
    pub quoted_at: u64,
    /// When the posted surface was observed; zero if there is none.
    pub posted_at: u64,
    /// How far it lies from the quotes, in volatility; nothing if a board has no slice.
    pub distance: Option<f64>,
    /// The last post was held back by a step limit.
    pub has_gap: bool,
    /// What is left of the steps that posts may take.
    pub room: Millionths,
}

/// Whether to post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Post.
    Post,
    /// The surface is fresh and close.
    Fresh,
    /// The quotes are too old to sign.
    QuotesOld,
    /// The quotes are from after the present: a clock is wrong.
    QuotesEarly,
    /// There is a surface of newer quotes.
    Outdone,
    /// The steps of this hour are used up.
    NoRoom,
}

/// Whether to post.
pub fn verdict(seen: &Seen, policy: &Policy) -> Verdict {
    if seen.quoted_at > seen.now {
        return Verdict::QuotesEarly;
    }
    let is_near = !seen.has_gap && seen.distance.is_some_and(|distance| distance <= policy.tolerance);
    if is_near && seen.now < seen.posted_at.saturating_add(policy.refresh_secs) {
        return Verdict::Fresh;
    }
    if seen.now > seen.quoted_at.saturating_add(policy.quotes_secs) {
        return Verdict::QuotesOld;
    }
    // The same quotes may be posted again while the surface is still on the way to them.
    if seen.quoted_at < seen.posted_at || (is_near && seen.quoted_at == seen.posted_at) {
        return Verdict::Outdone;
    }
    if !is_near && seen.distance.is_some() && seen.room < LEAST_ROOM {
        return Verdict::NoRoom;
    }
    Verdict::Post
}

/// What posts surfaces.
#[derive(Clone, Debug)]
pub struct Poster {
    /// Where quotes come from.
    pub quotes: Quotes,
    /// Keys that sign.
    pub signers: Vec<PrivateKeySigner>,
    /// The market, if the vault has several.
    pub market: Option<Address>,
    /// When.
    pub policy: Policy,
}

impl Poster {
    /// Posts the surface if it is due.
    /// # Returns: what there was to do, in words
    /// # Errors: [`KeepError`]
    pub fn run(&self, at: &mut Context) -> Result<String, KeepError> {
        let market = at.site.market(self.market)?.market;
        let client: &mut dyn Client = &mut at.remote;
        let (boards, posted_at) = live_boards(client, market)?;
        if boards.is_empty() {
            return Ok("no board lives".to_owned());
        }
        let surface = self.quotes.surface()?;
        require_all(&surface, &boards)?;
        let quoted_at = u64::try_from(surface.observed_at.as_second()).unwrap_or_default();
        let spot_wad = price_wad(surface.spot);
        let road = Road::read(client, market, spot_wad, slices_of(&surface, &boards))?;
        let (now, distance) = (client.now()?, road.distance()?);
        metrics::gauge!("equipoise_keep_surface_age_seconds").set(now.saturating_sub(posted_at) as f64);
        let seen = Seen { now, quoted_at, posted_at, distance, has_gap: road.has_gap(), room: road.room };
        match verdict(&seen, &self.policy) {
            Verdict::Post => {}
            other => return Ok(explain(other, &seen)),
        }
        let signers = self.quorum(client, market)?;
        post(client, "post_surface", market, Observation { spot_wad, at: quoted_at }, road, &signers)?;
        Ok(format!("a surface of {} boards is due, observed at {quoted_at}", boards.len()))
    }

    /// As many signers as must sign, by rising address.
    fn quorum(&self, client: &mut dyn Client, market: Address) -> Result<Vec<PrivateKeySigner>, KeepError> {
        let said = client.view(market, &IMarket::surfaceKeepersCall {})?;
        let mut ours: Vec<_> =
            self.signers.iter().filter(|signer| said.keepers.contains(&signer.address())).cloned().collect();
        ours.sort_by_key(PrivateKeySigner::address);
        ours.dedup_by_key(|signer| signer.address());
        if ours.len() < usize::from(said.threshold) {
            return Err(KeepError::SurfaceKeysTooFew { have: ours.len(), threshold: said.threshold });
        }
        ours.truncate(said.threshold.into());
        Ok(ours)
    }
}

/// The boards that live, by rising expiry, and when their slices were observed: one that has none does not count.
fn live_boards(client: &mut dyn Client, market: Address) -> Result<(Vec<(u16, u64)>, u64), KeepError> {
    let (mut boards, mut posted_at, now) = (Vec::new(), 0, client.now()?);
    for id in client.view(market, &IMarket::liveBoardsCall {})? {
        let board = client.view(market, &IMarket::boardCall { id })?;
        if board.expiry > now {
            boards.push((id, board.expiry));
            posted_at = posted_at.max(board.observedAt);
        }
    }
    boards.sort_by_key(|(_, expiry)| *expiry);
    Ok((boards, posted_at))
}

/// Fails unless every board has a slice.
fn require_all(surface: &Surface, boards: &[(u16, u64)]) -> Result<(), KeepError> {
    for (board, expiry) in boards {
        let expiry = i64::try_from(*expiry).ok().and_then(|at| Timestamp::from_second(at).ok());
        let expiry = expiry.unwrap_or(Timestamp::MAX);
        if !surface.slices.iter().any(|slice| slice.expiry.as_second() == expiry.as_second()) {
            return Err(KeepError::ExpiryUnquoted { board: *board, expiry });
        }
    }
    Ok(())
}

fn explain(verdict: Verdict, seen: &Seen) -> String {
    let Seen { now, quoted_at, posted_at, distance, .. } = seen;
    let age = now.saturating_sub(*posted_at);
    let distance = distance.map_or_else(|| "unknown".to_owned(), |distance| format!("{distance:.4}"));
    match verdict {
        Verdict::Post => "due".to_owned(),
        Verdict::Fresh => format!("{age} s old and {distance} from the quotes"),
        Verdict::QuotesOld => format!("not posted: the quotes are {} s old", now.saturating_sub(*quoted_at)),
        Verdict::QuotesEarly => format!("not posted: the quotes are of {quoted_at}, after the chain's {now}"),
        Verdict::Outdone => format!("not posted: the quotes of {quoted_at} are no newer than the surface"),
        Verdict::NoRoom => format!("{distance} from the quotes; the steps of this hour are used up"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { refresh_secs: 3_600, tolerance: 0.005, quotes_secs: 900 };
    const SEEN: Seen = Seen {
        now: 10_000,
        quoted_at: 9_990,
        posted_at: 9_000,
        distance: Some(0.001),
        has_gap: false,
        room: Millionths::ONE,
    };

    #[test]
    fn a_surface_that_is_fresh_and_close_is_left() {
        assert_eq!(verdict(&SEEN, &POLICY), Verdict::Fresh);
        // Whatever the quotes' age: nothing is to be signed.
        assert_eq!(verdict(&Seen { quoted_at: 9_000, ..SEEN }, &POLICY), Verdict::Fresh);
    }

    #[test]
    fn an_old_a_far_and_a_missing_surface_are_posted() {
        assert_eq!(verdict(&Seen { posted_at: 6_400, ..SEEN }, &POLICY), Verdict::Post);
        assert_eq!(verdict(&Seen { distance: Some(0.006), ..SEEN }, &POLICY), Verdict::Post);
        assert_eq!(verdict(&Seen { distance: None, posted_at: 0, ..SEEN }, &POLICY), Verdict::Post);
    }

    #[test]
    fn quotes_that_are_old_early_or_outdone_are_not_signed() {
        let far = Seen { distance: Some(0.1), ..SEEN };
        assert_eq!(verdict(&Seen { quoted_at: 9_099, ..far }, &POLICY), Verdict::QuotesOld);
        assert_eq!(verdict(&Seen { quoted_at: 10_001, ..far }, &POLICY), Verdict::QuotesEarly);
        assert_eq!(verdict(&Seen { quoted_at: 9_995, posted_at: 9_996, ..far }, &POLICY), Verdict::Outdone);
        let wide = Policy { quotes_secs: 10_000, ..POLICY };
        assert_eq!(verdict(&Seen { quoted_at: 6_000, posted_at: 6_000, ..SEEN }, &wide), Verdict::Outdone);
    }

    #[test]
    fn a_surface_on_the_way_goes_on_by_the_same_quotes_once_there_is_room() {
        let on_the_way = Seen { distance: Some(0.1), has_gap: true, posted_at: 9_990, ..SEEN };
        assert_eq!(verdict(&on_the_way, &POLICY), Verdict::Post);
        // To its end: the spread is wider as long as a gap is told.
        assert_eq!(verdict(&Seen { distance: Some(0.0), ..on_the_way }, &POLICY), Verdict::Post);
        let used = Millionths::from_raw(99_999);
        assert_eq!(verdict(&Seen { room: used, ..on_the_way }, &POLICY), Verdict::NoRoom);
        // A board without a slice, and a surface that is only old, do not wait.
        assert_eq!(verdict(&Seen { room: used, distance: None, posted_at: 0, ..SEEN }, &POLICY), Verdict::Post);
        assert_eq!(verdict(&Seen { room: used, posted_at: 6_000, ..SEEN }, &POLICY), Verdict::Post);
    }
}
