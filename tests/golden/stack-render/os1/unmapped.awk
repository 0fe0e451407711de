# Leaves the members of "properties" out of JSON that is indented.
inside && match($0, /[^ ]/) == depth { inside = 0; next }
inside { next }
/"properties": \{$/ { depth = match($0, /[^ ]/); inside = 1; print substr($0, 1, depth - 1) "\"properties\": ..."; next }
{ print }
