//! The JSON-RPC server: what `cast`, alloy, viem and cargo-stylus speak, over HTTP and WebSocket on one port.
//!
//! * `eth_*`, `net_*` and `web3_*` as on a Nitro node
//! * `evm_*` and `anvil_*` (also under their `hardhat_*` names) for time, mining, snapshots and accounts
//! * `debug_traceTransaction` and `debug_traceCall` with geth's `callTracer` and Nitro's `stylusTracer`
//! * `eth_subscribe` over WebSocket for new heads, logs and transactions
//!
//! [`serve`] runs it over a shared [`Chain`], so that the process that owns the chain may go on using it.

mod accounts;
mod blocking;
mod context;
mod debug;
mod dev;
mod envelope;
mod error;
mod eth;
mod fees;
mod filters;
mod interrupt;
mod net;
mod subscribe;
mod types;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    time::Duration,
};

use alloy_primitives::Address;
use jsonrpsee::{
    core::RegisterMethodError,
    server::{BatchRequestConfig, Server, ServerConfig, ServerHandle},
    Methods, RpcModule,
};
use tokio::runtime::Runtime;
use tower::ServiceBuilder;
use tower_http::cors::CorsLayer;

pub use accounts::{dev_accounts, DevAccount, MnemonicError, TEST_MNEMONIC};
pub use interrupt::Interrupt;

use crate::Chain;
use context::Context;
use envelope::RefuseNonRequests;

/// Longest request body in bytes; a program's deployment is below 100 KiB.
const MAX_REQUEST_BYTES: u32 = 5 * 1024 * 1024;

/// Longest response body in bytes.
const MAX_RESPONSE_BYTES: u32 = 64 * 1024 * 1024;

/// Most requests in one batch.
const MAX_BATCH: u32 = 1_000;

/// Most connections at a time.
const MAX_CONNECTIONS: u32 = 256;

/// How a server listens and what it adds to the chain.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes any free one.
    pub address: SocketAddr,
    /// Accounts that `eth_sendTransaction` sends from without impersonation.
    pub accounts: Vec<Address>,
    /// Whether the chain's time passes with the machine's. Without, only blocks and requests move it.
    pub wall_clock: bool,
    /// Mines one block per interval instead of one per transaction.
    pub block_time: Option<Duration>,
}

impl Options {
    /// A server at `address` whose chain keeps its own time and mines each transaction at once.
    pub const fn new(address: SocketAddr) -> Self {
        Self { address, accounts: Vec::new(), wall_clock: false, block_time: None }
    }
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another program listens there.
    #[error("{0} is in use by another program: stop it, or choose another port (0 takes any free one)")]
    AddressInUse(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Address given.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The server's threads did not start.
    #[error("cannot start the server's threads: {0}")]
    Threads(io::Error),
    /// Two methods have one name.
    #[error("a method is registered twice: {0}")]
    Methods(#[from] RegisterMethodError),
}

/// A running server. Dropping it stops the server.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    server: ServerHandle,
    runtime: Option<Runtime>,
}

impl Handle {
    /// Where the server listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's HTTP address as clients take it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops the server: takes no new requests and gives running ones a second to finish.
    pub fn stop(mut self) {
        let runtime = self.runtime.take();
        drop(self);
        let patience = Duration::from_secs(1);
        // On a thread of its own, since the caller's may belong to another runtime, where waiting is a panic.
        let waiting = std::thread::spawn(move || runtime.map(|it| it.shutdown_timeout(patience)));
        // An error means that the thread panicked; the runtime is gone either way.
        waiting.join().ok();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // An error means that it has stopped already.
        self.server.stop().ok();
        if let Some(runtime) = self.runtime.take() {
            // Without waiting: a handle may be dropped where waiting is not allowed.
            runtime.shutdown_background();
        }
    }
}

/// Serves a chain until the handle is dropped or stopped. The chain stays usable by whoever holds it.
/// # Errors: [`ServeError`], before any request is taken
pub fn serve(chain: Arc<Mutex<Chain>>, options: &Options) -> Result<Handle, ServeError> {
    let listener = listen(options.address)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("equipoise-rpc")
        .enable_all()
        .build()
        .map_err(ServeError::Threads)?;
    let context = Arc::new(Context::new(chain, options));
    let methods = methods(&context)?;

    let entered = runtime.enter();
    let as_listen_error = |source| ServeError::Listen { address: options.address, source };
    let middleware = ServiceBuilder::new().layer(CorsLayer::permissive()).layer_fn(RefuseNonRequests);
    let server = Server::builder()
        .set_config(config())
        .set_http_middleware(middleware)
        .build_from_tcp(listener)
        .map_err(as_listen_error)?;
    let address = server.local_addr().map_err(as_listen_error)?;
    let server = server.start(methods);
    drop(entered);

    runtime.spawn(subscribe::watch_head(context.clone()));
    if let Some(interval) = options.block_time {
        runtime.spawn(blocking::mine_each(context, interval));
    }
    Ok(Handle { address, server, runtime: Some(runtime) })
}

fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let as_listen_error = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::AddressInUse(address),
        _ => ServeError::Listen { address, source },
    };
    let listener = TcpListener::bind(address).map_err(as_listen_error)?;
    listener.set_nonblocking(true).map_err(as_listen_error)?;
    Ok(listener)
}

fn config() -> ServerConfig {
    ServerConfig::builder()
        .max_request_body_size(MAX_REQUEST_BYTES)
        .max_response_body_size(MAX_RESPONSE_BYTES)
        .max_connections(MAX_CONNECTIONS)
        .set_batch_request_config(BatchRequestConfig::Limit(MAX_BATCH))
        .set_id_provider(subscribe::HexIds::default())
        .set_tcp_no_delay(true)
        .build()
}

fn methods(context: &Arc<Context>) -> Result<Methods, RegisterMethodError> {
    let mut module = RpcModule::new(());
    module.merge(eth::module(context.clone())?)?;
    module.merge(fees::module(context.clone()))?;
    module.merge(filters::module(context.clone()))?;
    module.merge(subscribe::module(context.clone()))?;
    module.merge(debug::module(context.clone()))?;
    module.merge(dev::module(context.clone()))?;
    module.merge(net::module(context.clone()))?;
    Ok(module.into())
}
