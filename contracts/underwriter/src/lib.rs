//! The underwriter: the router of orders that bring something along. A maker's signature, and the vault shares the trade with him,
//! who takes a part of it at the vault's price; or publishers' signatures, and the vault trades at the price that they have signed.
//!
//! A trade goes from `program` to `trade`: `offer` makes sure that the maker has signed and that enough of his offer is left;
//! the market quotes the whole, trades the vault's units, and then moves the maker's from his account to the taker's at the price
//! per unit that the vault has asked for its own, of which the vault keeps its fee. The vault's book bears its own units only.
//!
//! # Prices
//!
//! A trade at a price that is brought along is the market's own, by `pull`: the price goes to the source that the market's oracle
//! pulls prices from, and the trade to the market, which asks its oracle. Nothing is taken from here, neither the source nor what the
//! price is; so what the publishers' signatures are worth is for the source to say, and whether its price may be traded at for the oracle.
//!
//! # Offers
//!
//! An offer stands until its time is over or its units are taken, in one fill or many; fills are counted by what was signed.
//! Who cancels waits: for 60 seconds whoever has seen an offer may still take it. Nothing is set aside for it: a maker who takes
//! his cash out has an offer that fails for want of margin.
//!
//! # Authority
//!
//! A taker makes the underwriter his operator in the clearing house, and it trades for him when he or another of his operators
//! calls. A maker's word is his signature: the market takes it from here that the owner of the account has given it. The
//! program has no owner and no parameters, and never holds anything.
//!
//! # Calls: down to the market, its oracle and its price source, and the clearing house; and to makers' contracts that sign, in a static call under the clearing
//! house's lock
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod offer;
mod program;
mod pull;
mod slots;
mod trade;
