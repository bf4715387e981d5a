import ember, ember.nn as nn
from ember.func import *
a,b=ember.randn(4,3),ember.randn(3,4)
print(vmap(ember.dot,in_dims=(0,1))(a,b)-(a*b.t()).sum(1))
print(vmap(lambda x: ember.exp(x).sum()+x[0])(a).shape)
ps=vmap(grad(lambda w,x:(w*x).sum()**2),in_dims=(None,0))(ember.ones(3),a)
print(ps-2*a.sum(1,keepdim=True)*a)
print(jacrev(lambda x: ember.stack([x[0]*x[1],x[1].sin()]))(ember.tensor([1.,2.])))
print(jacfwd(lambda x: ember.stack([x[0]*x[1],x[1].sin()]))(ember.tensor([1.,2.])))
print(hessian(lambda x: (x**3).sum())(ember.tensor([1.,2.])))
