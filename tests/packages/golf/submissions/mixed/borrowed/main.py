# The sum of the numbers is found in the way of those who have all the bytes of the world, and who
# write as many words into their programs as other people into their letters, for a machine that
# will not read a single one of them: this alone is longer than both of the groups allow.
print(sum(map(int, input().split())))
