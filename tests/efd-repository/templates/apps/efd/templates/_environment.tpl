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
{{- $file := printf "values-%s.yaml" (.Values.env | toString) -}}
{{- $values := .Files.Get $file | fromYaml -}}
{{- if not (kindIs "map" $values.applications) -}}
{{- fail (printf "%s is damaged; render it again" $file) -}}
{{- end -}}
{{- mustMergeOverwrite $values (deepCopy .Values) (dict "env" (.Values.env | toString)) | toYaml -}}
{{- end -}}
