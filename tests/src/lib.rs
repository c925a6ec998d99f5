//! The tests of the whole, in `system/`: they have a package of their own because they test no
//! package in particular.
