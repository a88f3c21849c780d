//! The hedger's broker: orders at a venue for perpetual futures, and what lies there.
//!
//! It is never called itself: the trustee hands it, by delegate call, what it does not know, and so it works on the hedger's
//! storage, with its caller, and the hedger is the account at the venue.
//!
//! An order goes from `program` to `request`: the market appraises itself; the clearing house sends the margin and takes the lock;
//! the venue is asked, and what it says of itself is looked at by `sight`; the referee judges the order as if it were filled at its
//! limit, with its fee; the market learns what that loses at the worst, and nothing of what it would hedge. `outcome` comes later:
//! what has been filled is counted and paid for, or the order is taken back. `margin` keeps up what lies there.
//!
//! A venue that does not answer, or says what cannot be, is closed by whoever finds it so (`sight`), and counts for nothing.
//!
//! # Calls: the market in views and to record, the referee, the clearing house for cash and the lock, the venue in views and with
//! the lock held
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod admin;
mod margin;
mod outcome;
mod program;
mod request;
mod sight;
