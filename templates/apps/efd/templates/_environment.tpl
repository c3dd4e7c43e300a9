{{- /*
The values of the environment that `env` names: its own file, with what was set by hand on top.
Fails, and lists the known environments, when there is no such file.
*/ -}}
{{- define "efd.environment" -}}
{{- $known := list -}}
{{- range $path, $_ := .Files.Glob "values-*.yaml" -}}
{{- $known = append $known ($path | trimPrefix "values-" | trimSuffix ".yaml") -}}
{{- end -}}
{{- if not (has (.Values.env | toString) $known) -}}
{{- if .Values.env -}}
{{- fail (printf "unknown environment %q; known: %s" (.Values.env | toString) ($known | join ", ")) -}}
{{- else -}}
{{- fail (printf "no environment; set env to one of: %s" ($known | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- $values := .Files.Get (printf "values-%s.yaml" .Values.env) | fromYaml -}}
{{- mustMergeOverwrite $values (deepCopy .Values) | toYaml -}}
{{- end -}}
