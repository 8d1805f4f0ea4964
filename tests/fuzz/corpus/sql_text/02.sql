/* c */ SELECT -- x
 $tag$ it's $tag$, U&'d', 0x1F FROM ONLY a.b