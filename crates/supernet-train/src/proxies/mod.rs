//! What untrained networks tell of themselves: [`supernet_search::trust::Proxy`], computed.

mod among;
mod by_proxy;
mod jacobians;
mod settings;
mod untrained;

pub(crate) use among::{Values, proxies_among};
pub use by_proxy::ByProxy;
pub use settings::Proxies;
pub use untrained::Untrained;
