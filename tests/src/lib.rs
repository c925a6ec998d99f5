//! System tests on the local stack.
