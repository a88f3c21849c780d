//! The market's watcher: looks at the measures of its breakers, and says whether it trades and is fit to liquidate on.
//!
//! It is never called itself: the market hands it, by delegate call, what it knows, and so the watcher works on the
//! market's storage. The market asks it in each new oracle round, at the first trade, and before any trade while a rule is
//! tripped; anybody may have it look at any time.
//!
//! # Calls: down to the oracle, the clearing house, the valuer and the pricer, and to the registry for its guardian, in views
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod look;
mod program;
mod safe;
mod views;
