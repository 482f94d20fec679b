# ===- many_asserts.py - Functions that all need functions of the module ----=== #

for number in range(300):
    print(f'''func.func @f{number}(%c: i1, %x: f64) -> f64 {{
  cf.assert %c, "of {number}"
  %y = math.erf %x : f64
  return %y : f64
}}''')
