# Started by no first line: bash reads it. Its own words, one of them empty, come before those of
# the program, whose file lies here.
[[ $# -eq 4 && -z $1 && $2 == towns && -f $3 ]] || exit 1
[[ $(wc -w) -eq {{towns}} ]] && exit 42
exit 43
