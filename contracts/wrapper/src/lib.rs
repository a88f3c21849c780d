//! The wrapper: fully paid long options of one market as ERC-1155 tokens, and back.
//!
//! # Units
//!
//! A token's id is its series, for there is one wrapper per market: a market's own address tells its tokens
//! from another's, and a page that has an id can ask the market about it at once. One unit is one lot. Most
//! wallets show amounts of ERC-1155 tokens as whole numbers and split them at any unit, and a lot is what cannot
//! be split further: in finer units tokens would exist that nobody can unwrap.
//!
//! # Accounts
//!
//! What is wrapped of a board lies in the wrapper's sub-account with the board's number. So an account holds one
//! board at most and no number of boards fills it, and all cash that an account ever has is that board's.
//!
//! # Redemption
//!
//! Once a board is settled, its account is settled and what it then has is fixed, as is the weight of all tokens,
//! the sum of lots times what a lot pays. Tokens get their weight's share, rounded down: in any order, no more
//! than there is, and nothing twice, for they are burned. What rounding leaves stays in the account.
//!
//! # Invariants
//!
//! - The supply of every series is what the wrapper's account holds of it, until its board is settled.
//! - The supply of every series is the sum of its balances.
//! - What is paid for a board's tokens is never more than its account received.
//!
//! # Authority
//!
//! Owners make the wrapper their operator in the clearing house, and the wrapper moves positions for them and
//! their other operators only. It has no owner and no parameters.
//!
//! # Calls: down to the market and the clearing house; and to receivers of tokens, last of all and under the
//! clearing house's lock. While it is held no function here changes anything; balances can be asked for
#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

mod metadata;
mod peers;
mod positions;
mod program;
mod receiver;
mod redemption;
mod slots;
mod supply;
mod tokens;

pub use metadata::{metadata_uri, Terms};
pub use program::Wrapper;
pub use redemption::{intrinsic_wad, Redemption};
pub use supply::{Supplies, LANES};
