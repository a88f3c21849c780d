//! The vault: the capital of LPs in two tranches, and the epochs in which it moves.
//!
//! Shares and requests are the tranches' (`contracts/tranche`, deployed once for each); cash is the clearing house's. The
//! vault keeps who is owed what: the senior's claim, the junior's series, and fees.
//!
//! # Epochs
//!
//! Requests join the epoch whose cut is between one and two spacings away. After the cut anybody may have the oldest
//! epoch priced, once, for both tranches, by a net asset value whose spot is from after the cut.
//!
//! Nobody can choose the price by choosing the moment. An epoch belongs to the first round of each feed after the cut. Who
//! comes later does not get that round's value, which the markets no longer know, but the worse end of all it can have
//! been: the uncertainty grows by the value times the feed's move since that round. The markets hold their dollar delta well
//! within the value, so no moment pays more than the first, and who wants the first can have it: anybody may call.
//!
//! An epoch that is not priced within a week of its cut, because there is no price, is given back.
//!
//! # Authority
//!
//! The owner wires the vault once; the parameters' registry sets its terms. Whatever else the vault does, anybody may have it do.
//! What is rarer than an epoch runs in the steward, by delegate call.
//!
//! # Calls: down to the tranches, the markets, their oracles and feeds, and the clearing house
#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

mod markets;
mod orders;
mod processing;
mod program;
