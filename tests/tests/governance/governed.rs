//! A market that votes govern.

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_rpc_types_eth::{BlockId, TransactionInput, TransactionRequest};
use alloy_sol_types::SolCall;
use equipoise_chain::Receipt;
use equipoise_cli::deployment::{Governance, House};
use equipoise_cli::governance::abi::{IGovernor, IVoteToken};
use equipoise_cli::governance::GroupName;
use equipoise_interfaces::{IMarket, IParameters, Quote, Tuning};
use equipoise_tests::Failure;

use crate::fixture::{call_of, leg, Market, CAPITAL, CONTRACT, DAY, K3000, SPOT, STRIKES};

/// Vote tokens there are.
pub const SUPPLY: u128 = 1_000_000 * 1_000_000_000_000_000_000;
/// As the governor counts support.
pub const AGAINST: u8 = 0;
pub const FOR: u8 = 1;
/// Seconds from a proposal to its snapshot, of voting, in the timelock, and until what is ready lapses.
pub const DELAY: u64 = DAY;
pub const PERIOD: u64 = 5 * DAY;
pub const LOCK: u64 = 2 * DAY;
pub const GRACE: u64 = 14 * DAY;
/// States of a proposal.
pub const CANCELED: u8 = 2;
pub const DEFEATED: u8 = 3;
pub const QUEUED: u8 = 5;
pub const EXPIRED: u8 = 6;
pub const EXECUTED: u8 = 7;
/// Groups as the registry numbers them.
pub const MARKET: u8 = 0;
pub const MARGIN: u8 = 1;
pub const OFFSET: u8 = 2;
pub const VAULT: u8 = 3;
pub const INSURANCE: u8 = 4;
pub const HEDGE: u8 = 5;
pub const LEARNING: u8 = 6;

/// What votes are about.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub id: U256,
    pub targets: Vec<Address>,
    pub calldatas: Vec<Bytes>,
    pub description: String,
}

pub struct Governed {
    pub market: Market,
    pub hedger: Address,
    pub token: Address,
    pub timelock: Address,
    pub governor: Address,
    pub registry: Address,
    pub guardian: Address,
    /// Holds 60 % and votes for everything.
    pub whale: Address,
    /// Holds 3 %: less than a quorum.
    pub minority: Address,
}

pub fn tuning(parameter: u8, millionths: u32) -> Tuning {
    Tuning { parameter, millionths }
}

impl Governed {
    /// A market with boards of 30 and 60 days, its governance, and weight at work.
    pub fn open() -> Self {
        let mut market = Market::wired();
        market.fill_vault(CAPITAL);
        let now = market.now();
        for days in [30, 60] {
            market.list(now + days * DAY, &STRIKES);
        }
        market.push(SPOT);
        market.post_surface().unwrap();
        let guardian = market.world.account("guardian");
        let [whale, minority] = ["whale", "minority"].map(|name| market.world.account(name));
        let (clearing, vault, target) = (market.clearing, market.vault, market.market);
        let house = House { clearing, vault, ..House::default() };
        let supply = U256::from(SUPPLY);
        let governance = market.world.deployer().governance(&house, &[target], guardian, supply).unwrap();
        let Governance { token, timelock, governor, registry } = governance;
        let coin = market.world.deploy("TestToken", Vec::new());
        let hedger = market.world.deployer().hedges(target, clearing, coin).unwrap().hedger;
        market.world.deployer().govern("hedger", hedger, registry, GroupName::Hedge).unwrap();
        let mut governed = Self { market, hedger, token, timelock, governor, registry, guardian, whale, minority };
        governed.give(whale, 60);
        governed.give(minority, 3);
        governed.market.pass(1);
        governed
    }

    /// Sends vote tokens, whose weight their new holder keeps.
    pub fn give(&mut self, to: Address, percent: u64) {
        let (owner, token) = (self.owner(), self.token);
        let value = U256::from(SUPPLY / 100 * u128::from(percent));
        self.send(owner, token, &IVoteToken::transferCall { to, value }).unwrap();
        self.send(to, token, &IVoteToken::delegateCall { delegatee: to }).unwrap();
    }

    pub fn owner(&self) -> Address {
        self.market.world.owner
    }

    pub fn send<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Result<Receipt, Failure> {
        self.market.world.send(from, to, call)
    }

    pub fn read<C: SolCall>(&mut self, to: Address, call: &C) -> C::Return {
        self.market.world.read(to, call)
    }

    /// What a call would come to, without making it.
    pub fn try_as(&mut self, from: Address, to: Address, data: Vec<u8>) -> Result<Bytes, Failure> {
        let request = TransactionRequest {
            from: Some(from),
            to: Some(to.into()),
            input: TransactionInput::new(data.into()),
            ..TransactionRequest::default()
        };
        let outcome = self.market.world.chain.call(&request, BlockId::pending(), None).unwrap();
        if outcome.status {
            Ok(outcome.output)
        } else {
            Err(Failure(outcome.output))
        }
    }

    /// A call of the registry that changes a group's numbers.
    pub fn change(&self, target: Address, group: u8, changes: &[Tuning]) -> (Address, Vec<u8>) {
        let call = IParameters::changeCall { target, group, changes: changes.to_vec() };
        (self.registry, call.abi_encode())
    }

    pub fn values(&mut self, target: Address, group: u8) -> Vec<u32> {
        self.read(self.registry, &IParameters::valuesCall { target, group })
    }

    pub fn propose(&mut self, calls: Vec<(Address, Vec<u8>)>, description: &str) -> Result<Proposal, Failure> {
        self.propose_from(self.whale, calls, description)
    }

    /// Proposes a harmless change.
    pub fn propose_as(&mut self, proposer: Address, description: &str) -> Result<Proposal, Failure> {
        let call = self.change(self.market.market, MARKET, &[tuning(0, 21_000_000)]);
        self.propose_from(proposer, vec![call], description)
    }

    fn propose_from(
        &mut self,
        proposer: Address,
        calls: Vec<(Address, Vec<u8>)>,
        description: &str,
    ) -> Result<Proposal, Failure> {
        let governor = self.governor;
        let (targets, data): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
        let calldatas: Vec<Bytes> = data.into_iter().map(Bytes::from).collect();
        let call = IGovernor::proposeCall {
            values: vec![U256::ZERO; targets.len()],
            targets: targets.clone(),
            calldatas: calldatas.clone(),
            description: description.to_owned(),
        };
        let receipt = self.send(proposer, governor, &call)?;
        let id = IGovernor::proposeCall::abi_decode_returns(&receipt.output).unwrap();
        Ok(Proposal { id, targets, calldatas, description: description.to_owned() })
    }

    pub fn vote(&mut self, voter: Address, proposal: &Proposal, support: u8) -> Result<U256, Failure> {
        let call = IGovernor::castVoteCall { proposalId: proposal.id, support };
        let receipt = self.send(voter, self.governor, &call)?;
        Ok(IGovernor::castVoteCall::abi_decode_returns(&receipt.output).unwrap())
    }

    pub fn queue(&mut self, proposal: &Proposal) -> Result<Receipt, Failure> {
        let (from, governor) = (self.whale, self.governor);
        let call = IGovernor::queueCall {
            targets: proposal.targets.clone(),
            values: vec![U256::ZERO; proposal.targets.len()],
            calldatas: proposal.calldatas.clone(),
            descriptionHash: keccak256(&proposal.description),
        };
        self.send(from, governor, &call)
    }

    pub fn execution(proposal: &Proposal) -> IGovernor::executeCall {
        IGovernor::executeCall {
            targets: proposal.targets.clone(),
            values: vec![U256::ZERO; proposal.targets.len()],
            calldatas: proposal.calldatas.clone(),
            descriptionHash: keccak256(&proposal.description),
        }
    }

    pub fn execute(&mut self, proposal: &Proposal) -> Result<Receipt, Failure> {
        let (from, governor) = (self.minority, self.governor);
        self.send(from, governor, &Self::execution(proposal))
    }

    pub fn state_of(&mut self, proposal: &Proposal) -> u8 {
        self.read(self.governor, &IGovernor::stateCall { proposalId: proposal.id })
    }

    /// The timelock's operation of a proposal that is queued.
    pub fn operation(&mut self, proposal: &Proposal) -> B256 {
        self.read(self.governor, &IGovernor::operationOfCall { proposalId: proposal.id })
    }

    /// Proposes, votes and queues.
    pub fn queued(&mut self, calls: Vec<(Address, Vec<u8>)>, description: &str) -> Proposal {
        let proposal = self.propose(calls, description).unwrap();
        self.market.pass(DELAY + 1);
        let whale = self.whale;
        self.vote(whale, &proposal, FOR).unwrap();
        self.market.pass(PERIOD);
        self.queue(&proposal).unwrap();
        assert_eq!(self.state_of(&proposal), QUEUED);
        proposal
    }

    /// A whole vote, to its execution or what that fails with.
    pub fn pass(&mut self, calls: Vec<(Address, Vec<u8>)>, description: &str) -> Result<Receipt, Failure> {
        let proposal = self.queued(calls, description);
        self.market.pass(LOCK);
        self.freshen();
        self.execute(&proposal)
    }

    /// A price and a surface of now.
    pub fn freshen(&mut self) {
        self.market.push(SPOT);
        self.market.post_surface().unwrap();
    }

    /// What a hundred at-the-money calls cost.
    pub fn quote(&mut self) -> Quote {
        let board = self.market.boards[1].0;
        self.market.quote(&[leg(call_of(board, K3000), 100 * CONTRACT)]).unwrap()
    }

    /// Asks the market itself.
    pub fn lambda(&mut self) -> u32 {
        let shown = self.market.read(&IMarket::parametersCall {})[0];
        (shown / U256::from(1_000_000_000_000_u64)).to::<u32>()
    }
}
