#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects))]
//! The finance of the protocol as pure functions: no chain, no clock, no storage.
//!
//! Programs, solvers, the command line and pages compute with this crate and therefore agree to the last bit.
//! A trade passes through [`surface`] (variance of each strike), [`marks`] (value and Greeks of a strike),
//! [`book`] (sums over all of them), [`potential`] (the risk penalty) and [`quote`] (what it costs).
//! The state of the market widens it ([`conditions`]: [`regime`], [`toxicity`], [`learning`], [`spread`]) or stops it ([`breakers`]). What goes
//! wrong is sold ([`auction`]) and borne in order ([`waterfall`]).
//! The vault holds a [`hedge`], which solvers move under rules ([`rebalance`]), widens while nobody does ([`neglect`]), and shares trades with makers
//! ([`underwriting`]). How far a vote may move the numbers of all this is in [`governed`].

#[cfg(test)]
extern crate std;

mod arithmetic;
pub mod auction;
pub mod black76;
pub mod black_scholes;
pub mod book;
pub mod breakers;
pub mod capital;
pub mod clock;
pub mod collateral;
pub mod conditions;
mod error;
#[cfg(test)]
mod fixtures;
pub mod governed;
pub mod hedge;
pub mod interest;
pub mod learning;
pub mod limits;
pub mod margin;
pub mod marks;
pub mod millionths;
pub mod neglect;
pub mod parameters;
pub mod potential;
pub mod quote;
pub mod rebalance;
pub mod regime;
pub mod settlement;
pub mod skew;
pub mod spread;
pub mod surface;
pub mod toxicity;
pub mod underwriting;
pub mod units;
pub mod waterfall;

pub use error::{RiskError, SliceError};
