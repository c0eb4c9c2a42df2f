// tests/fsharp/Program.fs - what F# makes of its own: records, unions, pattern matching, lists,
// options, closures, generics, sequences, maps, exceptions, tail calls. Printed without printf, and
// without what asks for reflection in FSharp.Core (docs/limits.md).
module Program

open System
open System.Collections.Generic

type Point = { X: float; Y: float }

type Shape =
    | Circle of centre: Point * radius: float
    | Rectangle of Point * Point
    | Empty

[<Struct>]
type Money = { Units: int64; Cents: int }

type Expr =
    | Number of int
    | Add of Expr * Expr
    | Multiply of Expr * Expr
    | Negate of Expr
    | Let of string * Expr * Expr
    | Variable of string

exception UnboundVariable of name: string

let line (text: string) = Console.WriteLine text
let show (n: int) = n.ToString()

// ---- records and unions ----

let area shape =
    match shape with
    | Circle(_, r) -> Math.PI * r * r
    | Rectangle({ X = x1; Y = y1 }, { X = x2; Y = y2 }) -> abs (x2 - x1) * abs (y2 - y1)
    | Empty -> 0.0

let records () =
    let p = { X = 1.0; Y = 2.0 }
    let q = { p with Y = 4.0 }
    line ("equal " + (p = { X = 1.0; Y = 2.0 }).ToString() + " " + (p = q).ToString())
    line ("order " + show (compare p q) + " " + (p < q).ToString())
    line ("hash " + (hash p = hash { X = 1.0; Y = 2.0 }).ToString())
    let shapes = [ Circle(p, 2.0); Rectangle(p, q); Empty; Rectangle(q, { X = 3.0; Y = 0.0 }) ]
    for s in shapes do
        line (Math.Round(area s, 3).ToString())
    line ("union equal " + (Circle(p, 2.0) = shapes.Head).ToString() + " " + (Empty < Circle(p, 1.0)).ToString())
    let m = { Units = 3L; Cents = 50 }
    line ("struct " + (m = { Units = 3L; Cents = 50 }).ToString() + " " + (compare m { m with Cents = 51 } |> show))

// ---- recursion over a tree ----

let rec eval (env: Map<string, int>) e =
    match e with
    | Number n -> n
    | Add(a, b) -> eval env a + eval env b
    | Multiply(Number 0, _) -> 0
    | Multiply(a, b) -> eval env a * eval env b
    | Negate a -> -(eval env a)
    | Let(name, value, body) -> eval (env.Add(name, eval env value)) body
    | Variable name ->
        match env.TryFind name with
        | Some v -> v
        | None -> raise (UnboundVariable name)

let rec text e =
    match e with
    | Number n when n < 0 -> "(" + show n + ")"
    | Number n -> show n
    | Add(a, b) -> "(" + text a + " + " + text b + ")"
    | Multiply(a, b) -> text a + " * " + text b
    | Negate a -> "-" + text a
    | Let(n, v, b) -> "let " + n + " = " + text v + " in " + text b
    | Variable n -> n

let expressions () =
    let e = Let("x", Add(Number 3, Number -4), Multiply(Variable "x", Negate(Add(Number 2, Variable "x"))))
    line (text e + " = " + show (eval Map.empty e))
    try
        eval Map.empty (Add(Number 1, Variable "y")) |> show |> line
    with
    | UnboundVariable name -> line ("unbound " + name)
    | _ -> line "another exception"

// ---- lists, options, closures, generics ----

let (|Even|Odd|) n = if n % 2 = 0 then Even else Odd

let describe n =
    match n with
    | 0 -> "zero"
    | Even when n > 100 -> "big even"
    | Even -> "even"
    | Odd -> "odd"

let inline square x = x * x
let compose f g x = g (f x)
let rec fold f state list =
    match list with
    | [] -> state
    | head :: tail -> fold f (f state head) tail

type Tree<'T when 'T: comparison> =
    | Leaf
    | Node of Tree<'T> * 'T * Tree<'T>

    member this.Insert value =
        match this with
        | Leaf -> Node(Leaf, value, Leaf)
        | Node(l, v, r) when value < v -> Node(l.Insert value, v, r)
        | Node(l, v, r) when value > v -> Node(l, v, r.Insert value)
        | same -> same

    member this.ToList() =
        match this with
        | Leaf -> []
        | Node(l, v, r) -> l.ToList() @ [ v ] @ r.ToList()

let counter () =
    let mutable seen = 0
    let cell = ref 0
    let next step =
        cell.Value <- cell.Value + step
        cell.Value
    seen <- next 1 + next 10
    (seen, next)

let functional () =
    let numbers = [ 1..10 ]
    line (String.Join(" ", List.map square numbers))
    line (String.Join(" ", numbers |> List.filter (fun n -> n % 3 = 0) |> List.rev))
    line (show (fold (+) 0 numbers) + " " + show (List.sumBy (fun n -> n * n) numbers))
    line (String.Join(" ", [ 0; 7; 8; 102 ] |> List.map describe))
    line ((compose square (fun x -> x + 0.5)) 1.5 |> string)
    let twice f = f >> f
    line (twice (fun s -> s + "!") "hey")
    let seen, next = counter ()
    line (show seen + " " + show (next 100))
    let words = [ "pear"; "apple"; "fig"; "apple" ]
    let tree = words |> List.fold (fun (t: Tree<string>) w -> t.Insert w) Leaf
    line (String.Join(",", tree.ToList()))
    let ints = [ 5; 1; 4; 1 ] |> List.fold (fun (t: Tree<int>) w -> t.Insert w) Leaf
    line (String.Join(",", ints.ToList()))
    line (String.Join(" ", List.zip words [ 1; 2; 3; 4 ] |> List.map (fun (w, n) -> w + show n)))
    line (String.Join(" ", words |> List.sortBy (fun w -> w.Length)))

let options () =
    let parse (s: string) =
        match Int32.TryParse s with
        | true, n -> Some n
        | _ -> None
    let total = [ "1"; "x"; "41" ] |> List.choose parse |> List.sum
    line (show total)
    line ((parse "7" |> Option.map square |> Option.defaultValue -1) |> show)
    line ((parse "seven" |> Option.map square |> Option.defaultValue -1) |> show)
    let checked_ n = if n > 0 then Ok n else Error("not positive: " + show n)
    for n in [ 3; -3 ] do
        match checked_ n |> Result.map square with
        | Ok v -> line ("ok " + show v)
        | Error e -> line e

// ---- sequences, maps, arrays ----

let rec primes () =
    seq {
        yield 2
        yield! Seq.initInfinite (fun i -> 2 * i + 3) |> Seq.filter isPrime
    }

and isPrime n = primes () |> Seq.takeWhile (fun p -> p * p <= n) |> Seq.forall (fun p -> n % p <> 0)

let collections () =
    line (String.Join(" ", primes () |> Seq.take 10))
    let fibonacci = Seq.unfold (fun (a, b) -> Some(a, (b, a + b))) (0, 1)
    line (String.Join(" ", fibonacci |> Seq.skip 5 |> Seq.take 5))
    let count (m: Map<string, int>) w = m.Add(w, (m.TryFind w |> Option.defaultValue 0) + 1)
    let counts = "the cat and the dog and the bird".Split(' ') |> Seq.fold count Map.empty
    for KeyValue(word, n) in counts do
        line (word + " " + show n)
    line ((counts |> Map.filter (fun _ n -> n > 1) |> Map.count |> show) + " " + (counts.ContainsKey "emu").ToString())
    let set = Set.ofList [ 3; 1; 2; 3 ]
    line (String.Join(" ", Set.union set (Set.ofList [ 9; 1 ])))
    let grid = Array2D.init 2 3 (fun i j -> i * 10 + j)
    line (show grid[1, 2] + " " + show (Array2D.length2 grid))
    let array = [| for i in 1..5 -> i * i |]
    Array.sortInPlaceBy (fun x -> -x) array
    line (String.Join(" ", array))
    line (array |> Array.map string |> Array.reduce (fun a b -> a + "-" + b))
    let low, high = [ 1..9 ] |> List.partition (fun n -> n < 4)
    let groups = [ low; high ] |> List.mapi (fun k v -> show k + ":" + show v.Length)
    line (String.Join(" ", groups))
    let d = Dictionary<string, Shape>()
    d["none"] <- Empty
    line ((d["none"] = Empty).ToString())

// ---- exceptions, objects ----

let divide a b =
    try
        try
            Some(a / b)
        with :? DivideByZeroException ->
            None
    finally
        line "tried"

type IGreeter =
    abstract Greet: string -> string

type Greeter(greeting: string) =
    let mutable count = 0
    member _.Count = count
    interface IGreeter with
        member _.Greet name =
            count <- count + 1
            greeting + ", " + name

let objects () =
    line ((divide 7 2).IsSome.ToString() + " " + (divide 1 0).IsNone.ToString())
    try
        failwith "on purpose"
    with
    | Failure message -> line message
    try
        Dictionary<int, int>()[5] |> show |> line
    with :? KeyNotFoundException -> line "not found"
    let g = Greeter "Hello"
    line ((g :> IGreeter).Greet "world" + " " + show g.Count)
    let anonymous = { new IGreeter with member _.Greet name = name.ToUpperInvariant() }
    line (anonymous.Greet "quiet")
    use stream = new System.IO.MemoryStream()
    stream.WriteByte 7uy
    line (stream.Length.ToString())
    let lazily = lazy (line "once"; 5)
    line (show (lazily.Force() + lazily.Value))

// ---- tail calls, computation expressions, inline constraints, structs ----

let rec even n = if n = 0 then true else odd (n - 1)
and odd n = if n = 0 then false else even (n - 1)

// Continuations: the stack would overflow if these calls were not tail calls.
let rec sumTo n (k: int64 -> int64) = if n = 0 then k 0L else sumTo (n - 1) (fun s -> k (s + int64 n))

let rec state (values: int list) (acc: decimal) (scale: float) (tag: string) (flag: bool) (extra: int64) (more: int64) =
    match values with
    | [] -> tag + " " + acc.ToString() + " " + (scale + float extra + float more).ToString() + " " + flag.ToString()
    | v :: rest -> state rest (acc + decimal v) (scale * 0.5) tag (not flag) (extra + 1L) more

type MaybeBuilder() =
    member _.Bind(m, f) = Option.bind f m
    member _.Return x = Some x
    member _.ReturnFrom(m: 'a option) = m
    member _.Zero() = None

let maybe = MaybeBuilder()

let inline total (values: ^T list) = List.fold (+) LanguagePrimitives.GenericZero values

[<Measure>]
type metre

[<Measure>]
type second

let speed (d: float<metre>) (t: float<second>) = d / t

type Celsius =
    struct
        val Degrees: float
        new(d) = { Degrees = d }
        static member (+)(a: Celsius, b: Celsius) = Celsius(a.Degrees + b.Degrees)
        static member Zero = Celsius 0.0
    end

let advanced () =
    line ((even 1000001).ToString() + " " + (sumTo 1000000 id).ToString())
    line (state [ 1..1000 ] 0.5m 1024.0 "state" false 0L 7L)
    let half n = if n % 2 = 0 then Some(n / 2) else None
    let eighth n =
        maybe {
            let! a = half n
            let! b = half a
            return! half b
        }
    line ((eighth 48 |> Option.defaultValue -1 |> show) + " " + (eighth 12 |> Option.defaultValue -1 |> show))
    line (show (total [ 1; 2; 3 ]) + " " + (total [ 0.5; 0.25 ]).ToString() + " " + (total [ Celsius 1.5; Celsius 2.0 ]).Degrees.ToString())
    line ((speed 10.0<metre> 4.0<second> |> float).ToString())
    let struct (q, r) = let struct (a, b) = struct (17, 5) in struct (a / b, a % b)
    line (show q + " " + show r)
    let slice = [| 0..9 |][2..5]
    line (String.Join(" ", slice))
    let text = System.Text.StringBuilder()
    for i in 10 .. -3 .. 0 do
        text.Append(i).Append(';') |> ignore
    for c in 'a' .. 'e' do
        text.Append c |> ignore
    line (text.ToString())
    let mutable n = 0
    while n < 5 do
        n <- n + 2
    line (show n + " " + (2.0 ** 10.0).ToString() + " " + (7 &&& 5 ||| 8 ^^^ 1 <<< 3).ToString())
    let compose3 = (+) 1 >> (*) 2 >> string
    line (compose3 20)
    let nested = [ [ 1; 2 ]; []; [ 3 ] ] |> List.collect (List.map (fun x -> x * x))
    line (String.Join(" ", nested) + " " + (List.exists2 (=) [ 1; 2 ] [ 2; 2 ]).ToString())
    line ((box 5 :?> int) + 1 |> show)
    line (match box "text" with :? int -> "int" | :? string as s -> s | _ -> "other")
    let e = seq { for x in 1..3 do for y in x..3 do if x <> y then yield x * 10 + y }
    line (String.Join(" ", e))
    line (String.Join(" ", Seq.zip [ 1; 2 ] [ "a"; "b" ] |> Seq.map (fun (a, b) -> show a + b)) + " " + (Seq.windowed 2 [ 1..4 ] |> Seq.sumBy Array.sum |> show))
    line ((compare [ 1; 2 ] [ 1; 3 ] |> show) + " " + (compare (1, "b") (1, "a") |> sign |> show))

type Piece =
    | Dot
    | Round of int
    | Box of int * string

type Spot = { X: int; Y: string }

let attempt (f: unit -> string) =
    try line (f ()) with e -> line (e.GetType().FullName + ": " + e.Message)

// What FSharp.Core asks types and its assembly for: whether they are sealed, names, texts of its exceptions.
let generic () =
    line (String.Join(",", List.distinct [ 1; 2; 1; 3 ]) + " " + String.Join(",", List.distinct [ "a"; "b"; "a" ]))
    line (String.Join(",", List.groupBy (fun x -> x % 2) [ 1..5 ] |> List.map (fun (k, v) -> show k + ":" + show v.Length)))
    line (String.Join(",", List.countBy (fun (x: string) -> x.Length) [ "a"; "bb"; "cc" ] |> List.map (fun (k, v) -> show k + ":" + show v)))
    line ((dict [ 1, "a"; 2, "b" ]).[2] + (dict [ { X = 1; Y = "x" }, "c"; { X = 2; Y = "y" }, "d" ]).[{ X = 2; Y = "y" }])
    line (show (List.distinct [ Round 1; Box(1, "a"); Round 1; Dot; Dot ]).Length + show (List.groupBy id [ Dot; Round 2; Dot ]).Length)
    line (([| 1; 2 |] = [| 1; 2 |]).ToString() + ([| "a" |] = [| "b" |]).ToString() + ([| [| 1 |] |] = [| [| 1 |] |]).ToString())
    line ((hash [| 1; 2 |] = hash [| 1; 2 |]).ToString() + show (compare [| 1; 2 |] [| 1; 3 |]) + (HashIdentity.Structural<int[]>).Equals([| 1 |], [| 1 |]).ToString())
    attempt (fun () -> show (List.find (fun x -> x = 3) [ 1; 2 ]))
    attempt (fun () -> show (List.head ([]: int list)))
    attempt (fun () -> show (List.reduce (+) ([]: int list)))
    attempt (fun () -> show [ 1; 2 ].[5])
    attempt (fun () -> show (Map.find 3 (Map.ofList [ 1, 2 ])))
    attempt (fun () -> show (Option.get (None: int option)))
    attempt (fun () -> show (List.zip [ 1 ] [ 1; 2 ]).Length)
    attempt (fun () -> show (Seq.head (Seq.empty: int seq)))
    attempt (fun () -> show (Array.sub [| 1 |] 2 3).Length)
    line (typeof<Spot>.Name + " " + typeof<Piece>.FullName + " " + typeof<int list>.ToString())

[<EntryPoint>]
let main arguments =
    records ()
    expressions ()
    functional ()
    options ()
    collections ()
    objects ()
    advanced ()
    generic ()
    show arguments.Length |> line
    3
