;; A component that fits the contract, as text. The words in capitals are for the tests to fill in.
(component
  (import "wflow:plugin/runner@0.1.0" (instance $runner
    (export "run-future" (type $future (sub resource)))
    (type $kinds (enum "failed" "crashed" "timed-out" "cancelled" "upstream-failed" "denied" "invalid-input"))
    (export "failure-kind" (type $kind (eq $kinds)))
    (type $failures (record (field "kind" $kind) (field "message" string)))
    (export "failure" (type $failure (eq $failures)))
    (type $values (variant (case "json" string) (case "bytes" (list u8))))
    (export "value" (type $value (eq $values)))
    (type $levels (enum "debug" "info" "warning" "error"))
    (export "level" (type $level (eq $levels)))
    (type $inputs (variant
      (case "value" $value)
      (case "result-of" (borrow $future))
      (case "results-of" (list (borrow $future)))
      (case "outcome-of" (borrow $future))))
    (export "input" (type $input (eq $inputs)))
    (type $arguments (record (field "name" string) (field "input" $input)))
    (export "argument" (type $argument (eq $arguments)))
    (type $dependencies (record (field "run" (borrow $future)) (field "allow-failure" bool)))
    (export "dependency" (type $dependency (eq $dependencies)))
    (export "submit" (func
      (param "task" string) (param "arguments" (list $argument))
      (param "wait-for" (list $dependency)) (param "options" string)
      (result (own $future))))
    (export "wait-any" (func
      (param "runs" (list (borrow $future))) (param "timeout" (option u64)) (result (list u32))))
    (export "pause" (func
      (param "prompt" string) (param "schema" string) (param "timeout" (option u64))
      (result (result string (error $failure)))))
    (export "log" (func (param "level" $level) (param "message" string)))))

  (core module $hold
    (memory (export "memory") 100)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $held (instantiate $hold))
  (alias core export $held "memory" (core memory $memory))
  (alias core export $held "realloc" (core func $realloc))
  (core func $submit (canon lower (func $runner "submit") (memory $memory)))
  (core func $wait_any (canon lower (func $runner "wait-any") (memory $memory) (realloc $realloc)))
  (core func $pause (canon lower (func $runner "pause") (memory $memory) (realloc $realloc)))
  (core func $log (canon lower (func $runner "log") (memory $memory)))

  (core module $guest
    (import "host" "submit" (func $submit (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "host" "wait-any" (func $wait_any (param i32 i32 i32 i64 i32)))
    (import "host" "pause" (func $pause (param i32 i32 i32 i32 i32 i64 i32)))
    (import "host" "log" (func $log (param i32 i32 i32)))
    (import "host" "memory" (memory 100))
    (data (i32.const ADDRESS) "ANSWER")
    MORE
    (func $describe (export "describe") (result i32)
      DESCRIBE
      i32.const ADDRESS)
    (func (export "run") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "retry-if") (param i32 i32) (result i32) unreachable))
  (core instance $main (instantiate $guest (with "host" (instance
    (export "submit" (func $submit))
    (export "wait-any" (func $wait_any))
    (export "pause" (func $pause))
    (export "log" (func $log))
    (export "memory" (memory $memory))))))

  (type $value (variant (case "json" string) (case "bytes" (list u8))))
  (type $error (record (field "message" string) (field "retryable" bool)))
  (type $parameter (record (field "name" string) (field "schema" string) (field "default" (option string))))
  (type $definition (record
    (field "name" string) (field "description" string) (field "parameters" (list $parameter))
    (field "result" string) (field "options" string)))
  (type $manifest (record (field "flows" (list $definition)) (field "tasks" (list $definition))))
  (func $describe (result $manifest)
    (canon lift (core func $main "describe") (memory $memory)))
  (func $run (param "name" string) (param "arguments" (list $value)) (result (result $value (error $error)))
    (canon lift (core func $main "run") (memory $memory) (realloc $realloc)))
  (func $run_hook (param "name" string) (param "run" string) (result (result (error $error)))
    (canon lift (core func $main "run") (memory $memory) (realloc $realloc)))
  (func $retry_if (param "run" string) (result (result bool (error $error)))
    (canon lift (core func $main "retry-if") (memory $memory) (realloc $realloc)))

  ;; What is exported has types with names, which only the exports of a component can give.
  (component $named
    (type $values (variant (case "json" string) (case "bytes" (list u8))))
    (import "value" (type $value (eq $values)))
    (type $errors (record (field "message" string) (field "retryable" bool)))
    (import "error" (type $error (eq $errors)))
    (type $parameters (record (field "name" string) (field "schema" string) (field "default" (option string))))
    (import "parameter" (type $parameter (eq $parameters)))
    (type $definitions (record
      (field "name" string) (field "description" string) (field "parameters" (list $parameter))
      (field "result" string) (field "options" string)))
    (import "definition" (type $definition (eq $definitions)))
    (type $manifests (record (field "flows" (list $definition)) (field "tasks" (list $definition))))
    (import "manifest" (type $manifest (eq $manifests)))
    (import "describe" (func $describe (result $manifest)))
    (import "run" (func $run
      (param "name" string) (param "arguments" (list $value)) (result (result $value (error $error)))))
    (import "run-hook" (func $run_hook
      (param "name" string) (param "run" string) (result (result (error $error)))))
    (import "retry-if" (func $retry_if (param "run" string) (result (result bool (error $error)))))
    (export $value' "value" (type $value))
    (export $error' "error" (type $error))
    (export $parameter' "parameter" (type $parameter))
    (type $definitions' (record
      (field "name" string) (field "description" string) (field "parameters" (list $parameter'))
      (field "result" string) (field "options" string)))
    (export $definition' "definition" (type $definitions'))
    (type $manifests' (record (field "flows" (list $definition')) (field "tasks" (list $definition'))))
    (export $manifest' "manifest" (type $manifests'))
    (export "describe" (func $describe) (func (result $manifest')))
    (export "run-flow" (func $run) (func
      (param "name" string) (param "arguments" (list $value')) (result (result $value' (error $error')))))
    (export "run-task" (func $run) (func
      (param "name" string) (param "arguments" (list $value')) (result (result $value' (error $error')))))
    (export "run-hook" (func $run_hook) (func
      (param "name" string) (param "run" string) (result (result (error $error')))))
    (export "retry-if" (func $retry_if) (func
      (param "run" string) (result (result bool (error $error'))))))
  (instance $plugin (instantiate $named
    (with "value" (type $value)) (with "error" (type $error)) (with "parameter" (type $parameter))
    (with "definition" (type $definition)) (with "manifest" (type $manifest))
    (with "describe" (func $describe)) (with "run" (func $run))
    (with "run-hook" (func $run_hook)) (with "retry-if" (func $retry_if))))
  (export "wflow:plugin/plugin@0.1.0" (instance $plugin)))
