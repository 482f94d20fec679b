//===- Array.cpp - Dense arrays -----===//
