# SPDX-License-Identifier: Apache-2.0
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo run test check bench cluster format release

PORT ?= 8080
STORE ?= sqlite:data/assay.sqlite
ASSAY := .build/release/assay

help: ## show the targets
	@echo "make TARGET [PORT=8080] [STORE=sqlite:data/assay.sqlite]"
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

demo: release ## build, play a week of support conversations, show what came of it, go on serving
	@$(ASSAY) demo --port $(PORT)

run: release ## build and serve the store STORE on PORT
	@mkdir -p data
	@$(ASSAY) serve --store $(STORE) --port $(PORT)

test: ## every test: Swift, then end to end
	@scripts/bootstrap build test
	@scripts/test

check: ## format, scripts, warnings, imports, OpenAPI document, compose file
	@scripts/bootstrap build check
	@scripts/check

bench: ## build and run the benchmarks; prints a table
	@scripts/bootstrap build bench
	@scripts/bench

cluster: ## three nodes on a PostgreSQL of their own; one is killed, and the counts agree
	@scripts/bootstrap build cluster
	@$(MAKE) --no-print-directory release
	@ASSAY_BINARY=$(ASSAY) scripts/cluster

format: ## put all Swift code into the project's form
	@scripts/bootstrap build
	swift format --in-place --parallel --recursive Package.swift Sources Projections Tests Benchmarks

release: ## build the command at .build/release/assay
	@scripts/bootstrap build
	swift build -c release --product assay
