//! The networks that there are.

use std::fmt;

use clap::ValueEnum;

/// Where to deploy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Network {
    /// The embedded chain behind its JSON-RPC server
    Embedded,
    /// A local Nitro dev node
    NitroDev,
    /// Arbitrum's test network on Sepolia
    ArbitrumSepolia,
    /// Arbitrum One
    ArbitrumOne,
}

impl Network {
    /// Its EIP-155 chain id.
    pub const fn chain_id(self) -> u64 {
        match self {
            Self::Embedded | Self::NitroDev => 412_346,
            Self::ArbitrumSepolia => 421_614,
            Self::ArbitrumOne => 42_161,
        }
    }

    /// Where it answers, unless somebody says otherwise.
    pub const fn url(self) -> &'static str {
        match self {
            Self::Embedded | Self::NitroDev => "http://127.0.0.1:8547",
            Self::ArbitrumSepolia => "https://sepolia-rollup.arbitrum.io/rpc",
            Self::ArbitrumOne => "https://arb1.arbitrum.io/rpc",
        }
    }

    /// Whether it is gone when its machine stops: then test contracts may stand for a stablecoin and feeds, and
    /// records are not worth keeping.
    pub const fn is_local(self) -> bool {
        matches!(self, Self::Embedded | Self::NitroDev)
    }

    /// What it is called on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::NitroDev => "nitro-dev",
            Self::ArbitrumSepolia => "arbitrum-sepolia",
            Self::ArbitrumOne => "arbitrum-one",
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_called_as_the_command_line_has_them() {
        for network in Network::value_variants() {
            assert_eq!(network.to_possible_value().unwrap().get_name(), network.name());
        }
    }

    #[test]
    fn the_embedded_network_is_the_embedded_chain() {
        assert_eq!(Network::Embedded.chain_id(), equipoise_chain::Config::default().chain_id);
    }
}
