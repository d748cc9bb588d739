//! The server over a fake engine, through real sockets.

mod client;
mod fake;

mod behaviour;
mod crowds;
mod limits;
mod shapes;
