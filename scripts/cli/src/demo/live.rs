//! A demo that goes on after its report: the market opens anew, and time passes with the machine's.

use equipoise_chain::rpc::DevAccount;
use equipoise_data::SECONDS_PER_YEAR;

use super::lps::DEPOSITS;
use super::{timestamp, Demo, CO_KEEPERS, ROLES};
use crate::error::CliError;
use crate::input::Listing;

impl Demo {
    /// Providers deposit again, and the expiries that are left are listed; if none is, the smile's are taken to
    /// the present.
    /// # Errors: [`CliError`]
    pub fn reopen(&mut self) -> Result<(), CliError> {
        self.providers_enter()?;
        self.list_boards()?;
        if self.boards.is_empty() {
            let now = timestamp(self.now);
            self.input.surface = self.input.fit.surface.rebased_to(now, self.spot, 1.0);
            (self.input.start, self.input.is_rebased) = (now, true);
            self.listing = Listing::of(&self.input, self.strikes)?;
            self.list_boards()?;
        }
        self.post_surface()
    }

    /// `secs` later: a new price, and what keepers then have to do.
    /// # Errors: [`CliError`]; [`CliError::Time`] if somebody else has moved the clock meanwhile
    pub fn tick(&mut self, secs: u64, vol: f64) -> Result<(), CliError> {
        let at = {
            let mut chain = self.world.chain();
            chain.increase_time(secs);
            chain.mine(1, None);
            chain.timestamp()
        };
        let deviation = vol * (secs as f64 / SECONDS_PER_YEAR).sqrt();
        let price = self.spot * libm::exp(deviation * self.crowd.normal());
        self.advance(at, price)?;
        self.refresh()
    }

    /// The accounts by what they do.
    pub fn roles(&self) -> Vec<(String, DevAccount)> {
        let role = |place: usize| match place {
            0 => "owner".to_owned(),
            1 => "keeper 1".to_owned(),
            _ if place + CO_KEEPERS >= self.accounts.len() => {
                format!("keeper {}", place + CO_KEEPERS + 2 - self.accounts.len())
            }
            _ if place < ROLES + DEPOSITS.len() => format!("provider {}", place - ROLES + 1),
            _ => format!("trader {}", place - ROLES - DEPOSITS.len() + 1),
        };
        self.accounts.iter().enumerate().map(|(place, account)| (role(place), *account)).collect()
    }
}
