#!/usr/bin/env node
// A committed file, because npm links bins at install time, when dist/ is not built yet.
import '../dist/main.js'
