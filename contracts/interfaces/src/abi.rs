//! The ABI as data, collected from the declarations themselves: nothing is listed a second time.

use alloc::vec::Vec;

use alloy_json_abi::{Error, Event, JsonAbi};

/// What one file declares.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Interfaces by name.
    pub interfaces: Vec<(&'static str, JsonAbi)>,
    /// Events of all programs.
    pub events: Vec<Event>,
    /// Errors of all programs, each with what its doc comment says, line by line.
    pub errors: Vec<(Error, Vec<&'static str>)>,
}

/// Everything that the interfaces declare, one entry per file.
pub fn declared() -> [Declared; 17] {
    [
        crate::breakers::declared(),
        crate::broker::declared(),
        crate::clearing::declared(),
        crate::dealer::declared(),
        crate::feed::declared(),
        crate::hedge::declared(),
        crate::learning::declared(),
        crate::lender::declared(),
        crate::market::declared(),
        crate::oracle::declared(),
        crate::parameters::declared(),
        crate::perp::declared(),
        crate::source::declared(),
        crate::tranche::declared(),
        crate::underwriting::declared(),
        crate::vault::declared(),
        crate::wrapper::declared(),
    ]
}

/// `alloy_sol_types::sol`, which also collects what it declares.
macro_rules! declare {
    ($($declarations:tt)*) => {
        alloy_sol_types::sol! { #![sol(abi)] $($declarations)* }

        /// What this file declares.
        pub(crate) fn declared() -> crate::abi::Declared {
            let mut all = crate::abi::Declared::default();
            collect!(all; $($declarations)*);
            all
        }
    };
}
pub(crate) use declare as sol;

/// Adds declarations to a [`Declared`], one after the other.
macro_rules! collect {
    ($all:ident;) => {};
    ($all:ident; $(#[$($meta:tt)*])* struct $name:ident { $($body:tt)* } $($rest:tt)*) => {
        collect!($all; $($rest)*);
    };
    ($all:ident; $(#[$($meta:tt)*])* interface $name:ident { $($body:tt)* } $($rest:tt)*) => {
        $all.interfaces.push((stringify!($name), $name::abi::contract()));
        collect!($all; $($rest)*);
    };
    ($all:ident; $(#[$($meta:tt)*])* event $name:ident ( $($body:tt)* ); $($rest:tt)*) => {
        $all.events.push(<$name as alloy_sol_types::JsonAbiExt>::abi());
        collect!($all; $($rest)*);
    };
    ($all:ident; $(#[$($meta:tt)*])* error $name:ident ( $($body:tt)* ); $($rest:tt)*) => {
        let docs = [$(doc!($($meta)*)),*].into_iter().flatten().collect();
        $all.errors.push((<$name as alloy_sol_types::JsonAbiExt>::abi(), docs));
        collect!($all; $($rest)*);
    };
}

/// The text of a doc comment; none for another attribute.
macro_rules! doc {
    (doc = $text:literal) => {
        Some($text)
    };
    ($($other:tt)*) => {
        None::<&'static str>
    };
}
